// What the AI SDK's chat transport sends → the run that is asked for. It repeats its messages; only the last one is taken:
// the user's words, or the assistant's message with the user's decisions on it. The Conversation remembers the rest; the
// message before the last only tells where an edited question stood.
import { z } from 'zod';
import { digestOf } from '../../durable/canonical-json.ts';
import { type BranchOff, RunMode, type RunRequest } from '../../durable/conversation/requests.ts';
import { AppError } from '../../durable/errors.ts';
import { ModelId, ScopeName } from '../contract.ts';
import { parseInput } from '../problem.ts';
import { requireMessageSize } from './message-limit.ts';

const MAX_MESSAGES = 10_000;
/** More than one turn can propose. */
const MAX_DECISIONS = 16;

const Id = z.string().min(1).max(128);
const UiMessage = z.looseObject({
  id: Id,
  role: z.enum(['user', 'assistant']),
  parts: z.array(z.looseObject({ type: z.string() })),
});
type UiMessage = z.output<typeof UiMessage>;

export const ChatName = Id.meta({ description: 'The client’s id of the chat; a UUID is the session’s id.' });

export const UiMessagesRequest = z
  .strictObject({
    id: ChatName,
    messages: z
      .array(z.unknown())
      .min(1)
      .max(MAX_MESSAGES)
      .meta({ description: 'UI messages; only the last one is taken.' }),
    trigger: z.enum(['submit-message', 'regenerate-message']),
    messageId: Id.nullish(),
    model: ModelId.nullish(),
    mode: RunMode.nullish(),
    programId: ScopeName.nullish(),
    designId: ScopeName.nullish(),
  })
  .meta({
    id: 'UiMessagesRequest',
    description: 'As DefaultChatTransport sends it; what follows `messageId` is `body`.',
  });
type UiMessagesRequest = z.output<typeof UiMessagesRequest>;

type Asked = {
  readonly message: RunRequest['message'];
  readonly decisions: RunRequest['decisions'];
};

/** Which question a client means that edits it or has it answered again: its own ids are not ours. */
export type NamedQuestion = {
  readonly kind: BranchOff['kind'];
  /** The question's id as the client has it, which is ours where the client has read it here. */
  readonly id: string;
  /** The run whose answer the question followed; null where it is the first. */
  readonly after: string | null;
};

export type ParsedUiMessages = {
  readonly chatId: string;
  readonly run: Omit<RunRequest, 'sessionId'>;
  /** Null for a message that follows what is shown. */
  readonly question: NamedQuestion | null;
};

/** Without the session's id: that takes who asks. @throws AppError */
export async function parseUiMessages(body: unknown, requestId: string): Promise<ParsedUiMessages> {
  const input = parseInput(UiMessagesRequest, body);
  const last = parseInput(UiMessage, input.messages.at(-1));
  const { message, decisions } = last.role === 'user' ? askedIn(last) : decidedIn(last);
  const question = questionIn(input, last);
  const asked = {
    text: message?.text ?? null,
    decisions,
    model: input.model ?? null,
    mode: input.mode ?? 'chat',
    programId: input.programId ?? null,
    designId: input.designId ?? null,
    // Named only where there is one, so that what was asked before has the same digest.
    ...(question && { question }),
  } as const;
  const { text: _text, question: _question, ...rest } = asked;
  const digest = await digestOf(asked);
  const runId = await runIdOf(input, last, asked, requestId);
  return { chatId: input.id, run: { ...rest, runId, message, parentRunId: null, digest }, question };
}

/** The transport names a user's message where it took the place of an earlier one. */
function questionIn({ trigger, messageId, messages }: UiMessagesRequest, last: UiMessage): NamedQuestion | null {
  const isAgain = trigger === 'regenerate-message';
  if (!isAgain && (last.role !== 'user' || messageId !== last.id)) return null;
  if (last.role !== 'user')
    throw new AppError('BAD_REQUEST', { detail: 'To have it answered again, end with the question.' });
  const before = messages.length === 1 ? null : parseInput(UiMessage, messages.at(-2));
  if (before?.role === 'user')
    throw new AppError('UNSUPPORTED', {
      detail: 'A question that follows another one without an answer is no place to go on from.',
    });
  return { kind: isAgain ? 'again' : 'edit', id: last.id, after: before?.id ?? null };
}

function askedIn(last: UiMessage): Asked {
  if (last.parts.some(({ type }) => type === 'file'))
    throw new AppError('UNSUPPORTED', { detail: 'Files are not taken here.' });
  const text = last.parts
    .flatMap((part) => (part.type === 'text' && typeof part['text'] === 'string' ? [part['text']] : []))
    .join('\n\n');
  if (text.trim() === '') throw new AppError('BAD_REQUEST', { detail: 'The last message holds no text.' });
  requireMessageSize(text);
  return { message: { id: last.id, text }, decisions: [] };
}

/** Only what the user decided: results, inputs and states that a client sends have no effect. */
const Decided = z.looseObject({
  state: z.literal('approval-responded'),
  approval: z.looseObject({ id: z.uuid(), approved: z.boolean() }),
});

function decidedIn(last: UiMessage): Asked {
  const decisions = last.parts.flatMap((part) => {
    const decided = Decided.safeParse(part);
    return decided.success ? [{ approvalId: decided.data.approval.id, approve: decided.data.approval.approved }] : [];
  });
  if (decisions.length === 0 || decisions.length > MAX_DECISIONS)
    throw new AppError('BAD_REQUEST', {
      detail: 'The last message is the assistant’s, and holds no decision of the user to carry out.',
    });
  return { message: null, decisions };
}

/**
 * The transport mints no id for a request. The same message with the same words is the same request, sent again; so is
 * another answer in place of the same one, where the client says which. Where it does not, each request is one of its own.
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
