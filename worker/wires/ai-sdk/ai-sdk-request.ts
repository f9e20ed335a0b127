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
import { instructionsIn, requireMessageSize } from '../client-transcript.ts';
import { attachmentNote, toNames, unusedKeys } from '../not-used.ts';
import { readPageContext, SentContext } from '../page-context.ts';

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
/** Clients may keep instructions among their messages. */
const EarlierMessage = UiMessage.extend({ role: z.enum(['user', 'assistant', 'system']) });

export const ChatName = Id.meta({ description: 'The client’s id for the chat. A UUID is the session’s id.' });

export const UiMessagesRequest = z
  .object({
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
    context: SentContext.nullish(),
    system: cleanedText().nullish().meta({ description: 'Instructions of the user’s program, as a wish of theirs.' }),
  })
  .meta({
    id: 'UiMessagesRequest',
    description:
      'As DefaultChatTransport sends it. The fields after `messageId` come from its `body` option. `X-Ignored` names what has no effect here.',
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
  const context = readPageContext(input.context, contextIn(last));
  const instructions = instructionsIn([], input.system);
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
    ...(message && context && { context }),
    ...(instructions !== null && { instructions }),
  } as const;
  const { text: _text, question: _question, ...rest } = asked;
  const digest = await digestOf(asked);
  const runId = await runIdOf(input, last, asked, requestId);
  const ignored = ignoredIn(body, last, message === null && context !== null);
  return { chatId: input.id, run: { ...rest, runId, message, parentRunId: null, digest, ignored }, question };
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
  const before = messages.length === 1 ? null : parseInput(EarlierMessage, messages.at(-2));
  if (before?.role === 'user')
    throw new AppError('UNSUPPORTED', {
      detail: 'You can’t branch from a question that directly follows another question.',
    });
  return {
    kind: isAgain ? 'again' : 'edit',
    id: last.id,
    after: before && before.role !== 'system' ? before.id : null,
  };
}

function textIn(last: UiMessage): LastMessage {
  const text = last.parts
    .flatMap((part) => {
      if (part.type === 'file')
        return [attachmentNote({ kind: 'file', name: part['filename'], mediaType: part['mediaType'] })];
      return part.type === 'text' && part.text !== undefined ? [part.text] : [];
    })
    .join('\n\n');
  if (text.trim() === '') throw new AppError('BAD_REQUEST', { detail: 'The last message has no text.' });
  requireMessageSize(text);
  return { message: { id: last.id, text }, decisions: [] };
}

const ContextPart = z.looseObject({ type: z.literal('data-context'), data: z.unknown() });

/** Context that an app keeps in the message, for its own display. */
function contextIn(last: UiMessage): z.output<typeof SentContext> {
  const items = last.parts.flatMap((part) => {
    const { data } = ContextPart.safeParse(part);
    return data ? [data.data].flat() : [];
  });
  return parseInput(SentContext, items);
}

const USED = Object.keys(UiMessagesRequest.shape);
const USED_PARTS = ['text', 'file', 'step-start', 'data-context'];

function ignoredIn(body: unknown, last: UiMessage, isContextUnused: boolean): string[] {
  const parts = last.role === 'user' ? last.parts.filter(({ type }) => !USED_PARTS.includes(type)) : [];
  return toNames([
    ...unusedKeys(body, USED),
    ...parts.map(({ type }) => `parts.${type}`),
    ...(isContextUnused ? ['context'] : []),
  ]);
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
  { text, decisions, context }: Pick<RunRequest, 'decisions' | 'context'> & { text: string | null },
  requestId: string,
): Promise<string> {
  const again = trigger === 'regenerate-message' ? [messageId ?? requestId] : [];
  const shown = context ? [context] : [];
  return `ui-${(await digestOf([chatId, id, text, decisions, ...shown, ...again])).slice(0, 48)}`;
}
