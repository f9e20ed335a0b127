// The transcript as clients take it: as messages of our own API, and as TanStack AI's clients hydrate from it.
import type { ShownMessage, Confirmation as StoredConfirmation } from '../durable/conversation/requests.ts';
import { AppError } from '../durable/errors.ts';
import type { Confirmation, Message } from './contract.ts';
import type { HydratedMessage, HydratedPart } from './hydration-contract.ts';
import { jsonOrText } from './json-or-text.ts';

export function toMessage(message: ShownMessage): Message {
  const { role, tool: _tool, versions, feedback, ...shown } = message;
  if (role === 'tool') throw new AppError('INTERNAL', { cause: new Error('a tool reply is shown beside its call') });
  return {
    ...shown,
    role,
    author: shown.author ?? null,
    createdAt: toIso(message.createdAt),
    replies: [...message.replies],
    confirmations: message.confirmations.map(toConfirmation),
    versions: versions ? { questions: [...versions.questions], answers: [...versions.answers] } : null,
    feedback: feedback ?? null,
  };
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

type Call = Extract<Message['parts'][number], { type: 'tool-call' }>;

function toCallParts(call: Call, { replies, confirmations }: ShownMessage): HydratedPart[] {
  const shown = { ...call, input: jsonOrText(call.arguments) };
  const reply = replies.find(({ callId }) => callId === call.id);
  if (!reply) {
    // A click that is being carried out cannot be made again.
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
});

const toIso = (ms: number): string => new Date(ms).toISOString();
