// AG-UI's RunAgentInput → the run that is asked for. Clients repeat the whole transcript; only the last message is
// taken, everything else of theirs (history, state, tools, context, org) has no effect: the Conversation remembers.
import { z } from 'zod';
import type { ScopeNames } from '../../durable/account/requests.ts';
import { digestOf } from '../../durable/canonical-json.ts';
import { type BranchOff, RunId, RunMode, type RunRequest } from '../../durable/conversation/requests.ts';
import { AppError } from '../../durable/errors.ts';
import { ModelId, ScopeName, SessionId } from '../contract.ts';
import { namesAtTop } from '../named-scope.ts';
import { parseInput } from '../problem.ts';
import { requireMessageSize } from './message-limit.ts';

const MAX_MESSAGES = 10_000;
/** More than one turn can propose. */
const MAX_DECISIONS = 16;

const ForwardedProps = z.strictObject({
  model: ModelId.nullish(),
  mode: RunMode.nullish(),
  programId: ScopeName.nullish(),
  designId: ScopeName.nullish(),
  about: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .nullish()
    .meta({ description: 'What the user has in view, in words, as “Part PN-000123”.' }),
  edits: z
    .uuid()
    .toLowerCase()
    .nullish()
    .meta({ description: 'A question of the transcript: this one is asked in its place, on a branch of its own.' }),
  regenerates: z
    .uuid()
    .toLowerCase()
    .nullish()
    .meta({ description: 'An answer, or its question: it is answered again, whatever the last message says.' }),
  /** The source documents' clients send it. The org comes from the membership, never from here. */
  orgId: z.unknown().optional(),
});

/** AG-UI's form of a text part is `text`, TanStack AI's is `content`. */
const TextPart = z.union([
  z.looseObject({ type: z.literal('text'), text: z.string() }).transform((part) => part.text),
  z.looseObject({ type: z.literal('text'), content: z.string() }).transform((part) => part.content),
]);

const UserMessage = z.looseObject({
  id: z.string().min(1).max(128),
  role: z.literal('user', { error: 'the last message must be the user’s' }),
  content: z
    .union([z.string(), z.array(TextPart).transform((parts) => parts.join('\n\n'))], { error: 'takes text only' })
    .refine((text) => text.trim() !== '', 'is empty'),
});

/** A user's answer to an interrupt. Arguments are no part of it: what was shown is what runs. */
const ResumeEntry = z
  .object({
    interruptId: z.uuid(),
    status: z.enum(['resolved', 'cancelled']),
    payload: z
      .union([z.strictObject({ approved: z.boolean() }), z.boolean()], {
        error: 'takes `approved` alone; arguments cannot be edited',
      })
      .nullish(),
  })
  .transform(({ interruptId, status, payload }) => ({
    approvalId: interruptId,
    approve: status === 'resolved' && (payload === true || (typeof payload === 'object' && payload?.approved === true)),
  }));

/** What a client may send, loosely: the document's shape, without looking at what has no effect. */
export const ChatRequest = z
  .strictObject({
    threadId: SessionId,
    runId: RunId,
    parentRunId: RunId.nullish(),
    messages: z
      .array(z.unknown())
      .min(1)
      .max(MAX_MESSAGES)
      .meta({ description: 'Only the last one, the user’s, is taken.' }),
    forwardedProps: ForwardedProps.nullish(),
    resume: z.array(ResumeEntry).max(MAX_DECISIONS).nullish(),
    protocolVersion: z.string().max(32).optional(),
    state: z.unknown().optional(),
    tools: z.unknown().optional(),
    context: z.unknown().optional(),
    /** TanStack AI repeats forwardedProps here. */
    data: z.unknown().optional(),
  })
  .meta({ id: 'RunAgentInput', description: 'AG-UI 1.0. Unlisted keys are refused.' });

/** @throws AppError BAD_REQUEST or PAYLOAD_TOO_LARGE. */
export async function parseChatRequest(body: unknown, runIdHeader: string | undefined): Promise<RunRequest> {
  const input = parseInput(ChatRequest, body);
  if (runIdHeader !== undefined && runIdHeader !== input.runId) {
    throw new AppError('BAD_REQUEST', { detail: 'X-Run-Id and runId name different runs.' });
  }
  const decisions = input.resume ?? [];
  const last = input.messages.length - 1;
  // Clients repeat the transcript with a decision too, and its end is no new message then.
  const message = decisions.length > 0 ? null : parseLastMessage(input.messages[last], last);
  const branch = branchIn(input.forwardedProps ?? {});
  const asked = {
    text: message?.content ?? null,
    decisions,
    model: input.forwardedProps?.model ?? null,
    mode: input.forwardedProps?.mode ?? 'chat',
    programId: input.forwardedProps?.programId ?? null,
    designId: input.forwardedProps?.designId ?? null,
    // Named only where it is said, so that what clients asked before it could be said still has the same digest.
    ...(input.forwardedProps?.about && { about: input.forwardedProps.about }),
    ...(branch && { branch }),
  } as const;
  return {
    sessionId: input.threadId,
    runId: input.runId,
    message: message && { id: message.id, text: message.content },
    decisions,
    model: asked.model,
    programId: asked.programId,
    designId: asked.designId,
    mode: asked.mode,
    about: asked.about ?? null,
    parentRunId: input.parentRunId ?? null,
    ...(branch && { branch }),
    digest: await digestOf(asked),
  };
}

function branchIn({ edits, regenerates }: z.output<typeof ForwardedProps>): BranchOff | null {
  if (edits && regenerates)
    throw new AppError('BAD_REQUEST', { detail: '`edits` and `regenerates` exclude each other.' });
  if (edits) return { kind: 'edit', messageId: edits };
  return regenerates ? { kind: 'again', messageId: regenerates } : null;
}

/** The run that a body names, wherever the rest of it is wrong. */
export function requestedRun(body: unknown): { readonly sessionId: string; readonly runId: string } | null {
  const peek = z.looseObject({ threadId: z.string(), runId: z.string() }).safeParse(body);
  return peek.success ? { sessionId: peek.data.threadId, runId: peek.data.runId } : null;
}

/** The model that a body asks for, wherever the rest of it is wrong: whether a plan has it is said before that. */
export function requestedModel(body: unknown): string | null {
  const peek = z.looseObject({ forwardedProps: z.looseObject({ model: ModelId }) }).safeParse(body);
  return peek.success ? peek.data.forwardedProps.model : null;
}

/** What a body says that it is about, read in the same way. */
export function requestedNames(body: unknown): ScopeNames {
  const peek = z.looseObject({ forwardedProps: z.unknown() }).safeParse(body);
  return namesAtTop(peek.data?.forwardedProps);
}

function parseLastMessage(input: unknown, index: number): z.output<typeof UserMessage> {
  const result = UserMessage.safeParse(input);
  if (!result.success) {
    const issues = result.error.issues.map((issue) => ({ ...issue, path: ['messages', index, ...issue.path] }));
    throw new AppError('BAD_REQUEST', { cause: new z.ZodError(issues) });
  }
  requireMessageSize(result.data.content);
  return result.data;
}
