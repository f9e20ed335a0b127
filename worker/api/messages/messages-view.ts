// Converts stored messages: to messages of our API, and to what TanStack AI's clients load.

import type { ShownApproval as StoredConfirmation } from '../../../durable/contracts/approval.ts';
import type { ShownMessage } from '../../../durable/contracts/conversation.ts';
import { AppError } from '../../../durable/errors.ts';
import { jsonOrText } from '../../http/read-json.ts';
import type { Confirmation } from '../approvals/approvals-schema.ts';
import type { HydratedMessage, HydratedPart } from '../chat/chat-schema.ts';
import type { Message } from './messages-schema.ts';

export function toMessage(message: ShownMessage): Message {
  const { role, tool: _tool, versions, earlier, feedback, ...shown } = message;
  if (role === 'tool') throw new AppError('INTERNAL', { cause: new Error('a tool result is shown with its call') });
  return {
    ...shown,
    role,
    author: shown.author ?? null,
    draft: shown.draft ?? null,
    ending: shown.ending ?? olderEnding(message),
    createdAt: toIso(message.createdAt),
    replies: [...message.replies],
    confirmations: message.confirmations.map(toConfirmation),
    versions: versions ? { questions: [...versions.questions], answers: [...versions.answers] } : null,
    earlier: earlier
      ? { ...earlier, summary: earlier.summary && { ...earlier.summary, createdAt: toIso(earlier.summary.createdAt) } }
      : null,
    feedback: feedback ?? null,
    context: shown.context ? [...shown.context] : null,
  };
}

/** Answers older than their recorded ending have only a status and an error. */
function olderEnding({ role, status, error }: ShownMessage): Message['ending'] {
  if (role !== 'assistant' || status === 'streaming') return null;
  const cause = status === 'stopped' ? 'user' : (error?.code ?? null);
  return { kind: status, cause, requestId: null };
}

export function toHydrated(shown: ShownMessage): HydratedMessage {
  const { id, role, parts, createdAt, replies, ...groundwire } = toMessage(shown);
  const offersOf = (kind: 'navigation' | 'workspace') =>
    replies.flatMap(({ callId, link }) =>
      link?.kind === kind ? [{ toolCallId: callId, path: link.path, label: link.label }] : [],
    );
  return {
    id,
    role,
    createdAt,
    parts: parts.flatMap((part) => (part.type === 'tool-call' ? toCallParts(part, shown) : [part])),
    metadata: {
      groundwire: { ...groundwire, navigation: offersOf('navigation'), workspaces: offersOf('workspace') },
    },
  };
}

type ToolPart = Extract<Message['parts'][number], { type: 'tool-call' }>;

function toCallParts(call: ToolPart, { replies, confirmations }: ShownMessage): HydratedPart[] {
  const shown = { ...call, input: jsonOrText(call.arguments) };
  const reply = replies.find(({ callId }) => callId === call.id);
  if (!reply) {
    // An approved change that is running can't be approved again.
    const isWaiting = confirmations.some(
      ({ toolCallId, state, decidedAt }) => toolCallId === call.id && state === 'pending' && decidedAt === null,
    );
    return [{ ...shown, state: isWaiting ? 'approval-requested' : 'input-complete' }];
  }
  const state = reply.isError ? 'error' : 'complete';
  return [
    { ...shown, state, output: jsonOrText(reply.content) },
    { type: 'tool-result', toolCallId: call.id, content: reply.content, state },
  ];
}

export const toConfirmation = (confirmation: StoredConfirmation): Confirmation => ({
  ...confirmation,
  card: { ...confirmation.card, details: [...confirmation.card.details] },
  expiresAt: toIso(confirmation.expiresAt),
  decidedAt: confirmation.decidedAt === null ? null : toIso(confirmation.decidedAt),
  reopenedAt: confirmation.reopenedAt === null ? null : toIso(confirmation.reopenedAt),
});

const toIso = (ms: number): string => new Date(ms).toISOString();
