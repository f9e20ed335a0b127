// Turns AG-UI's RunAgentInput into a run. Clients repeat the whole transcript, but only the last message and the instructions
// are used: the Conversation has the history. Tools and state of clients can't be used, and the run says so.

import * as z from 'zod';
import { digestOf } from '../../../durable/canonical-json.ts';
import type { ScopeNames } from '../../../durable/contracts/account.ts';
import type { BranchStart, RunRequest } from '../../../durable/contracts/conversation.ts';
import { EffortChoice, RunMode } from '../../../durable/contracts/session.ts';
import { RunId } from '../../../durable/contracts/transcript.ts';
import { AppError } from '../../../durable/errors.ts';
import { cleanedText, exactText } from '../../../durable/input-text.ts';
import { namesAtTop } from '../../admission/named-scope.ts';
import { ModelId, ScopeName, SessionId } from '../../api/fields-schema.ts';
import { parseInput } from '../../http/problem.ts';
import { instructionsIn, requireMessageSize } from '../client-transcript.ts';
import { attachmentNote, toNames, unusedKeys } from '../not-used.ts';
import { readPageContext, SentContext } from '../page-context.ts';

const MAX_MESSAGES = 10_000;
/** More than one run can propose. */
const MAX_DECISIONS = 16;

/** Clients forward whatever the app passes them. */
const ForwardedProps = z.object({
  model: ModelId.nullish(),
  mode: RunMode.nullish(),
  effort: EffortChoice.nullish().meta({ description: 'How hard the model should think, where it has levels.' }),
  programId: ScopeName.nullish(),
  designId: ScopeName.nullish(),
  about: cleanedText()
    .trim()
    .min(1)
    .max(200)
    .nullish()
    .meta({ description: 'What the user is looking at, in words, such as “Part PN-000123”.' }),
  edits: z
    .uuid()
    .toLowerCase()
    .nullish()
    .meta({ description: 'A question to replace: this message takes its place on a new branch.' }),
  regenerates: z
    .uuid()
    .toLowerCase()
    .nullish()
    .meta({ description: 'An answer, or its question, to generate again. The last message is ignored.' }),
  context: SentContext.nullish().meta({ description: 'Added to the `context` of the input.' }),
});

/** AG-UI's form of a text part is `text`, TanStack AI's is `content`. */
const TextPart = z.union([
  z.looseObject({ type: z.literal('text'), text: cleanedText() }).transform((part) => part.text),
  z.looseObject({ type: z.literal('text'), content: cleanedText() }).transform((part) => part.content),
]);

/** An image, a recording, a document or anything else that isn't text. */
const OtherPart = z
  .looseObject({ type: exactText().min(1).max(64) })
  .transform(({ type, mimeType, filename, source, metadata }) => {
    const [from, about] = [source, metadata].map((value) => (value ?? {}) as Readonly<Record<string, unknown>>);
    return attachmentNote({
      kind: type,
      mediaType: from?.['mimeType'] ?? mimeType,
      name: filename ?? about?.['filename'] ?? about?.['name'],
    });
  });

const UserMessage = z.looseObject({
  id: exactText().min(1).max(128),
  role: z.literal('user', { error: 'the last message must be the user’s' }),
  content: z
    .union([cleanedText(), z.array(z.union([TextPart, OtherPart])).transform((parts) => parts.join('\n\n'))], {
      error: 'must be text or a list of parts',
    })
    .refine((text) => text.trim() !== '', 'is empty'),
});

/** The user's answer to an interrupt. It has no arguments: what was shown is what runs. */
const ResumeEntry = z
  .strictObject({
    interruptId: z.uuid(),
    status: z.enum(['resolved', 'cancelled']),
    payload: z
      .union([z.strictObject({ approved: z.boolean() }), z.boolean()], {
        error: 'accepts only `approved`; arguments can’t be edited',
      })
      .nullish(),
  })
  .transform(({ interruptId, status, payload }) => ({
    approvalId: interruptId,
    approve: status === 'resolved' && (payload === true || (typeof payload === 'object' && payload?.approved === true)),
  }));

/** What a client may send. Fields that have no effect are not validated. */
export const ChatRequest = z
  .object({
    threadId: SessionId,
    runId: RunId.meta({
      description: 'Unique in its thread: there, the same id replays the run. In another thread it is another run.',
    }),
    parentRunId: RunId.nullish(),
    messages: z
      .array(z.unknown())
      .min(1)
      .max(MAX_MESSAGES)
      .meta({ description: 'Only the last one, the user’s, and system messages are used.' }),
    forwardedProps: ForwardedProps.nullish(),
    resume: z.array(ResumeEntry).max(MAX_DECISIONS).nullish(),
    protocolVersion: exactText().max(32).optional(),
    state: z.unknown().optional(),
    tools: z.unknown().optional(),
    context: SentContext.nullish(),
    /** TanStack AI repeats forwardedProps here. */
    data: z.unknown().optional(),
  })
  .meta({
    id: 'RunAgentInput',
    description: 'AG-UI 1.0. `X-Ignored` names what has no effect here, such as tools and state of the client.',
  });

/** @throws AppError BAD_REQUEST or PAYLOAD_TOO_LARGE. */
export async function parseChatRequest(body: unknown, runIdHeader: string | undefined): Promise<RunRequest> {
  const input = parseInput(ChatRequest, body);
  if (runIdHeader !== undefined && runIdHeader !== input.runId) {
    throw new AppError('BAD_REQUEST', { detail: 'X-Run-Id and runId must be the same.' });
  }
  const decisions = input.resume ?? [];
  const last = input.messages.length - 1;
  // With a decision, clients repeat the transcript too; its last message is then not a new one.
  const message = decisions.length > 0 ? null : parseLastMessage(input.messages[last], last);
  const branch = branchIn(input.forwardedProps ?? {});
  const context = readPageContext(input.context, input.forwardedProps?.context);
  const instructions = instructionsIn(input.messages.flatMap(toSystemMessage));
  const asked = {
    text: message?.content ?? null,
    decisions,
    model: input.forwardedProps?.model ?? null,
    mode: input.forwardedProps?.mode ?? 'chat',
    programId: input.forwardedProps?.programId ?? null,
    designId: input.forwardedProps?.designId ?? null,
    // Only if present, so that requests from before this field existed keep their digest.
    ...(input.forwardedProps?.about && { about: input.forwardedProps.about }),
    ...(input.forwardedProps?.effort && { effort: input.forwardedProps.effort }),
    ...(branch && { branch }),
    ...(message && context && { context }),
    ...(instructions !== null && { instructions }),
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
    ...(asked.effort && { effort: asked.effort }),
    about: asked.about ?? null,
    ...(asked.context && { context: asked.context }),
    ...(asked.instructions && { instructions: asked.instructions }),
    ignored: ignoredIn(body, message === null && context !== null),
    parentRunId: input.parentRunId ?? null,
    ...(branch && { branch }),
    digest: await digestOf(asked),
  };
}

const SystemMessage = z.looseObject({ role: z.enum(['system', 'developer']), content: cleanedText() });

function toSystemMessage(message: unknown): z.output<typeof SystemMessage>[] {
  const system = SystemMessage.safeParse(message);
  return system.success ? [system.data] : [];
}

const USED = Object.keys(ChatRequest.shape).filter((key) => key !== 'tools' && key !== 'state');

function ignoredIn(body: unknown, isContextUnused: boolean): string[] {
  const { forwardedProps } = body as { readonly forwardedProps?: unknown };
  return toNames([
    ...unusedKeys(body, USED),
    ...unusedKeys(forwardedProps, Object.keys(ForwardedProps.shape), 'forwardedProps.'),
    ...(isContextUnused ? ['context'] : []),
  ]);
}

function branchIn({ edits, regenerates }: z.output<typeof ForwardedProps>): BranchStart | null {
  if (edits && regenerates)
    throw new AppError('BAD_REQUEST', { detail: 'Send either `edits` or `regenerates`, not both.' });
  if (edits) return { kind: 'edit', messageId: edits };
  return regenerates ? { kind: 'again', messageId: regenerates } : null;
}

/** The run that a body names, even if the rest of it is invalid. */
export function requestedRun(body: unknown): { readonly sessionId: string; readonly runId: string } | null {
  const peek = z.looseObject({ threadId: exactText(), runId: exactText() }).safeParse(body);
  return peek.success ? { sessionId: peek.data.threadId, runId: peek.data.runId } : null;
}

/** Whether a body answers interrupts, even if the rest of it is invalid. Its messages are then not new. */
export const isDecision = (body: unknown): boolean =>
  z.looseObject({ resume: z.array(z.unknown()).min(1) }).safeParse(body).success;

/** The model that a body names, even if the rest of it is invalid: whether the plan has it is decided first. */
export function requestedModel(body: unknown): string | null {
  const peek = z.looseObject({ forwardedProps: z.looseObject({ model: ModelId }) }).safeParse(body);
  return peek.success ? peek.data.forwardedProps.model : null;
}

/** The program and design that a body names, read in the same way. */
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
