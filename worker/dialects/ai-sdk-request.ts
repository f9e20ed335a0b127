// What the AI SDK's chat transport sends → the run that is asked for. It repeats its messages; only the last one is taken:
// the user's words, or the assistant's message with the user's decisions on it. The Conversation remembers the rest.
import { z } from 'zod';
import { digestOf } from '../../durable/canonical-json.ts';
import { RunMode, type RunRequest } from '../../durable/conversation/requests.ts';
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

type Asked = {
  readonly message: RunRequest['message'];
  readonly decisions: RunRequest['decisions'];
};

/** Without the session's id: that takes who asks. @throws AppError */
export async function parseUiMessages(
  body: unknown,
): Promise<{ readonly chatId: string; readonly run: Omit<RunRequest, 'sessionId'> }> {
  const input = parseInput(UiMessagesRequest, body);
  if (input.trigger === 'regenerate-message') throw new AppError('UNSUPPORTED', { detail: NO_REGENERATION });
  const last = parseInput(UiMessage, input.messages.at(-1));
  const { message, decisions } = last.role === 'user' ? askedIn(last, input.messageId) : decidedIn(last);
  const asked = {
    text: message?.text ?? null,
    decisions,
    model: input.model ?? null,
    mode: input.mode ?? 'chat',
    programId: input.programId ?? null,
    designId: input.designId ?? null,
  } as const;
  const { text: _text, ...rest } = asked;
  const digest = await digestOf(asked);
  return {
    chatId: input.id,
    run: { ...rest, runId: await runIdOf(input.id, last, asked), message, parentRunId: null, digest },
  };
}

const NO_REGENERATION =
  'An answer that was given stays: it cannot be regenerated here. Send the question again as a new message.';
const NO_EDITS = 'What was said stays: a message cannot be edited here. Send the changed question as a new message.';

function askedIn(last: UiMessage, messageId: string | null | undefined): Asked {
  // The transport names a user's message where it took the place of an earlier one.
  if (messageId === last.id) throw new AppError('UNSUPPORTED', { detail: NO_EDITS });
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

/** The transport mints no id for a request. The same message with the same words is the same request, sent again. */
async function runIdOf(
  chatId: string,
  { id }: UiMessage,
  { text, decisions }: { text: string | null; decisions: RunRequest['decisions'] },
): Promise<string> {
  return `ui-${(await digestOf([chatId, id, text, decisions])).slice(0, 48)}`;
}
