// Turns a request of the AI SDK's chat transport into a run. It repeats its messages, but only the last one is used: the
// user's text, or the assistant's message with the user's decisions. The Conversation has the rest. The message before the
// last one only shows the position of an edited question.

import * as z from 'zod';
import { digestOf } from '../../../durable/canonical-json.ts';
import type { BranchStart, RunRequest } from '../../../durable/contracts/conversation.ts';
import { EffortChoice, RunMode } from '../../../durable/contracts/session.ts';
import { AppError } from '../../../durable/errors.ts';
import { cleanedText, exactText } from '../../../durable/input-text.ts';
import { ModelId, ScopeName } from '../../api/fields-schema.ts';
import { parseInput } from '../../http/problem.ts';
import { requireMessageSize } from '../client-transcript.ts';

const MAX_MESSAGES = 10_000;
/** More than one run can propose. */
const MAX_DECISIONS = 16;

const Id = exactText().min(1).max(128);
const UiMessage = z.looseObject({
  id: Id,
  role: z.enum(['user', 'assistant']),
  parts: z.array(z.looseObject({ type: exactText(), text: cleanedText().optional().catch(undefined) })),
});
type UiMessage = z.output<typeof UiMessage>;

export const ChatName = Id.meta({ description: 'The client’s id for the chat. A UUID is the session’s id.' });

export const UiMessagesRequest = z
  .strictObject({
    id: ChatName,
    messages: z
      .array(z.unknown())
      .min(1)
      .max(MAX_MESSAGES)
      .meta({ description: 'UI messages. Only the last one is used.' }),
    trigger: z.enum(['submit-message', 'regenerate-message']),
    messageId: Id.nullish(),
    model: ModelId.nullish(),
    mode: RunMode.nullish(),
    effort: EffortChoice.nullish().meta({ description: 'How hard the model should think, where it has levels.' }),
    programId: ScopeName.nullish(),
    designId: ScopeName.nullish(),
  })
  .meta({
    id: 'UiMessagesRequest',
    description: 'As DefaultChatTransport sends it. The fields after `messageId` come from its `body` option.',
  });
type UiMessagesRequest = z.output<typeof UiMessagesRequest>;

type LastMessage = {
  readonly message: RunRequest['message'];
  readonly decisions: RunRequest['decisions'];
};

/** The question that a client edits or regenerates. The client's ids are not ours. */
export type NamedQuestion = {
  readonly kind: BranchStart['kind'];
  /** The client's id for the question. It is ours if the client loaded the chat from here. */
  readonly id: string;
  /** The run whose answer precedes the question; null for the first question. */
  readonly after: string | null;
};

export type ParsedUiMessages = {
  readonly chatId: string;
  readonly run: Omit<RunRequest, 'sessionId'>;
  /** Null for a message at the end of the transcript. */
  readonly question: NamedQuestion | null;
};

/** Without the session's id, which depends on the user. @throws AppError */
export async function parseUiMessages(body: unknown, requestId: string): Promise<ParsedUiMessages> {
  const input = parseInput(UiMessagesRequest, body);
  const last = parseInput(UiMessage, input.messages.at(-1));
  const { message, decisions } = last.role === 'user' ? textIn(last) : decisionsIn(last);
  const question = questionIn(input, last);
  const asked = {
    text: message?.text ?? null,
    decisions,
    model: input.model ?? null,
    mode: input.mode ?? 'chat',
    programId: input.programId ?? null,
    designId: input.designId ?? null,
    // Only if present, so that requests without them keep their digest.
    ...(input.effort && { effort: input.effort }),
    ...(question && { question }),
  } as const;
  const { text: _text, question: _question, ...rest } = asked;
  const digest = await digestOf(asked);
  const runId = await runIdOf(input, last, asked, requestId);
  return { chatId: input.id, run: { ...rest, runId, message, parentRunId: null, digest }, question };
}

/** Whether a body's last message is the assistant's, with decisions, even if the rest of it is invalid. */
export function isDecision(body: unknown): boolean {
  const peek = z.looseObject({ messages: z.array(z.unknown()) }).safeParse(body);
  const last = UiMessage.safeParse(peek.data?.messages.at(-1));
  return last.success && last.data.role === 'assistant';
}

/** The transport sends a message's id if the message replaces an earlier one. */
function questionIn({ trigger, messageId, messages }: UiMessagesRequest, last: UiMessage): NamedQuestion | null {
  const isAgain = trigger === 'regenerate-message';
  if (!isAgain && (last.role !== 'user' || messageId !== last.id)) return null;
  if (last.role !== 'user')
    throw new AppError('BAD_REQUEST', { detail: 'To regenerate an answer, the last message must be its question.' });
  const before = messages.length === 1 ? null : parseInput(UiMessage, messages.at(-2));
  if (before?.role === 'user')
    throw new AppError('UNSUPPORTED', {
      detail: 'You can’t branch from a question that directly follows another question.',
    });
  return { kind: isAgain ? 'again' : 'edit', id: last.id, after: before?.id ?? null };
}

function textIn(last: UiMessage): LastMessage {
  if (last.parts.some(({ type }) => type === 'file'))
    throw new AppError('UNSUPPORTED', { detail: 'Files are not supported.' });
  const text = last.parts
    .flatMap((part) => (part.type === 'text' && part.text !== undefined ? [part.text] : []))
    .join('\n\n');
  if (text.trim() === '') throw new AppError('BAD_REQUEST', { detail: 'The last message has no text.' });
  requireMessageSize(text);
  return { message: { id: last.id, text }, decisions: [] };
}

/** Only decisions: results, inputs and states that a client sends have no effect. */
const Decided = z.looseObject({
  state: z.literal('approval-responded'),
  approval: z.looseObject({ id: z.uuid(), approved: z.boolean() }),
});

function decisionsIn(last: UiMessage): LastMessage {
  const decisions = last.parts.flatMap((part) => {
    const decided = Decided.safeParse(part);
    return decided.success ? [{ approvalId: decided.data.approval.id, approve: decided.data.approval.approved }] : [];
  });
  if (decisions.length === 0 || decisions.length > MAX_DECISIONS)
    throw new AppError('BAD_REQUEST', {
      detail: 'The last message is the assistant’s and contains no decision by the user.',
    });
  return { message: null, decisions };
}

/**
 * The transport has no ids for requests. The same message with the same text is a repeated request, and so is regenerating
 * the same answer, if the client says which. If it doesn't, each request is a new one.
 */
async function runIdOf(
  { id: chatId, trigger, messageId }: UiMessagesRequest,
  { id }: UiMessage,
  { text, decisions }: { text: string | null; decisions: RunRequest['decisions'] },
  requestId: string,
): Promise<string> {
  const again = trigger === 'regenerate-message' ? [messageId ?? requestId] : [];
  return `ui-${(await digestOf([chatId, id, text, decisions, ...again])).slice(0, 48)}`;
}
