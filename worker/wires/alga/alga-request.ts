// The alga wire's requests. Clients keep their transcript and repeat it with each request; both completions addresses take
// the same body. Function names and arguments that clients send back have no effect: only the id counts.

import * as z from 'zod';
import { digestOf } from '../../../durable/canonical-json.ts';
import type { RunRequest } from '../../../durable/contracts/conversation.ts';
import type { PageContext } from '../../../durable/contracts/page-context.ts';
import { EffortChoice } from '../../../durable/contracts/session.ts';
import { cleanedText, exactText } from '../../../durable/input-text.ts';
import { ModelId } from '../../api/fields-schema.ts';
import { parseInput } from '../../http/problem.ts';
import { type ClientTranscript, splitTranscript } from '../client-transcript.ts';
import { toNames, unusedKeys } from '../not-used.ts';
import { readPageContext, SentContext } from '../page-context.ts';

const MAX_MESSAGES = 10_000;

const SimpleMessage = z
  .looseObject({ role: z.enum(['user', 'assistant', 'function']), content: cleanedText().nullish() })
  .meta({ id: 'SimpleMessage', description: 'Only the text of user and assistant messages is used.' });
export type SimpleMessage = z.infer<typeof SimpleMessage>;

const Messages = z.array(SimpleMessage).min(1).max(MAX_MESSAGES);
const ChatId = exactText()
  .min(1)
  .max(128)
  .nullish()
  .meta({ description: 'The client’s name for the conversation. A UUID is the session’s id.' });

const Effort = EffortChoice.nullish().meta({ description: 'How hard the model should think, where it has levels.' });

/** What clients send about the page they are on. Its form is theirs, so it has no effect; `context` has. */
const IGNORED = { uiContext: z.unknown().optional(), mentions: z.unknown().optional() };

export const SimpleChatRequest = z
  .strictObject({
    messages: Messages,
    chatId: ChatId,
    model: ModelId.nullish(),
    effort: Effort,
    context: SentContext.nullish(),
    ...IGNORED,
  })
  .meta({ id: 'SimpleChatRequest', description: 'The last message must be the user’s.' });

/** The older form, at `/api/chat/stream/…`. */
export const SimpleStreamRequest = z
  .strictObject({
    inputs: z.union([cleanedText(), Messages]),
    model: ModelId.nullish(),
    effort: Effort,
    chatId: ChatId,
    context: SentContext.nullish(),
    options: z.unknown().optional(),
    parameters: z.unknown().optional(),
    meta: z.unknown().optional(),
  })
  .meta({ id: 'SimpleStreamRequest', description: 'A plain string is the user’s message.' });

export const SimpleExecuteRequest = z
  .strictObject({
    functionCall: z.looseObject({ id: z.uuid() }).meta({ description: 'The proposed call. Only `id` is read.' }),
    action: z.enum(['approve', 'decline']),
    messages: z.array(SimpleMessage).max(MAX_MESSAGES).optional(),
    chatId: ChatId,
    ...IGNORED,
  })
  .meta({ id: 'SimpleExecuteRequest', description: 'The server runs the arguments it stored, not the ones sent.' });

export type SimpleQuestion = ClientTranscript & {
  readonly messages: readonly SimpleMessage[];
  readonly chatId: string | undefined;
  readonly model: string | null;
  readonly effort: EffortChoice | null;
  readonly context: PageContext | null;
  /** Names of what has no effect. */
  readonly ignored: readonly string[];
};

/** @throws AppError */
export function parseQuestion(body: unknown): SimpleQuestion {
  return questionOf(parseInput(SimpleChatRequest, body), body);
}

export type SimpleDecision = { readonly approvalId: string; readonly approve: boolean };

/** @throws AppError */
export function parseDecision(body: unknown): {
  readonly decision: SimpleDecision;
  readonly messages: readonly SimpleMessage[];
  readonly chatId: string | undefined;
} {
  const { functionCall, action, messages = [], chatId } = parseInput(SimpleExecuteRequest, body);
  const decision = { approvalId: functionCall.id, approve: action === 'approve' };
  return { decision, messages, chatId: chatId ?? undefined };
}

/** @throws AppError */
export function parseInputs(body: unknown): SimpleQuestion {
  const { inputs, ...rest } = parseInput(SimpleStreamRequest, body);
  const messages = typeof inputs === 'string' ? [{ role: 'user' as const, content: inputs }] : inputs;
  return questionOf({ ...rest, messages }, body);
}

const USED = ['messages', 'inputs', 'chatId', 'model', 'effort', 'context'];

const questionOf = (
  { messages, chatId, model, effort, context }: z.output<typeof SimpleChatRequest>,
  body: unknown,
): SimpleQuestion => ({
  ...{ ...splitTranscript(messages), messages, chatId: chatId ?? undefined },
  ...{ model: model ?? null, effort: effort ?? null },
  context: readPageContext(context),
  ignored: toNames(unusedKeys(body, USED)),
});

const NOTHING_ELSE = { programId: null, designId: null, mode: 'chat', parentRunId: null } as const;

export async function runOfQuestion(
  { earlier, text, model, effort, context, ignored }: SimpleQuestion,
  ids: { readonly sessionId: string; readonly runId: string },
): Promise<RunRequest> {
  // Only if present, so that requests without them keep their digest.
  const chosen = { ...(effort !== null && { effort }), ...(context && { context }) };
  const said = earlier.map((message) => [message.role, message.text]);
  const digest = await digestOf({ text, model, ...chosen, earlier: said });
  const message = { id: crypto.randomUUID(), text };
  const asked = { message, decisions: [], earlier: [...earlier], model, ignored: [...ignored] };
  return { ...ids, ...NOTHING_ELSE, ...chosen, ...asked, digest };
}

/** Repeating a decision is the same run and returns its result. */
export const runIdOfDecision = ({ approve, approvalId }: SimpleDecision): string =>
  `${approve ? 'approve' : 'decline'}-${approvalId}`;

export async function runOfDecision(decision: SimpleDecision, sessionId: string): Promise<RunRequest> {
  return {
    sessionId,
    runId: runIdOfDecision(decision),
    ...NOTHING_ELSE,
    message: null,
    decisions: [decision],
    model: null,
    digest: await digestOf(decision),
  };
}
