// Turns a Chat Completions request into a run. Unsupported parameters that would change the answer are refused; those that
// only tune a model are ignored, and so are unknown ones; the reply names them. The lists below say which is which.

import * as z from 'zod';
import { digestOf } from '../../../durable/canonical-json.ts';
import type { ScopeNames } from '../../../durable/contracts/account.ts';
import type { RunRequest } from '../../../durable/contracts/conversation.ts';
import type { PageContext } from '../../../durable/contracts/page-context.ts';
import { type EffortChoice, RunMode } from '../../../durable/contracts/session.ts';
import { AppError } from '../../../durable/errors.ts';
import { cleanedText, exactText } from '../../../durable/input-text.ts';
import { namesIn, requestedModel } from '../../admission/named-scope.ts';
import { ModelId, ScopeName } from '../../api/fields-schema.ts';
import { parseInput } from '../../http/problem.ts';
import { type ClientTranscript, instructionsIn, splitTranscript } from '../client-transcript.ts';
import { isFilled, toNames, unusedKeys } from '../not-used.ts';
import { readPageContext, SentContext } from '../page-context.ts';

const MAX_MESSAGES = 10_000;
/** The conversation's or the org's model. The API requires a name. */
export const DEFAULT_MODEL = 'default';

const TextPart = z.union([
  z.looseObject({ type: z.literal('text'), text: cleanedText() }).transform(({ text }) => text),
  z.looseObject({ type: z.literal('refusal'), refusal: cleanedText() }).transform(({ refusal }) => refusal),
]);
/** A program that reads the answer wouldn't notice that an image was left out, so it is refused. */
const OtherPart = z.looseObject({ type: exactText().min(1).max(64) }).transform(({ type }) => ({ kind: type }));
const Content = z.union([cleanedText(), z.array(z.union([TextPart, OtherPart]))], { error: 'must be text' });

const OpenAiMessage = z.looseObject({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool', 'function']),
  content: Content.nullish(),
});

/** Other metadata belongs to the client and is ignored. */
export const Metadata = z.looseObject({
  session_id: exactText().min(1).max(128).optional(),
  program_id: ScopeName.optional(),
  design_id: ScopeName.optional(),
  mode: RunMode.optional(),
});

/** Whether a value asks for something unsupported. */
const UNSUPPORTED: Readonly<Record<string, (value: unknown) => boolean>> = {
  tools: isFilled,
  functions: isFilled,
  tool_choice: (value) => value !== 'auto' && value !== 'none',
  function_call: (value) => value !== 'auto' && value !== 'none',
  n: (value) => value !== 1,
  response_format: (value) => !z.looseObject({ type: z.literal('text') }).safeParse(value).success,
  modalities: (value) => !Array.isArray(value) || value.some((kind) => kind !== 'text'),
  stop: isFilled,
  logprobs: (value) => value !== false,
  top_logprobs: (value) => value !== 0,
  logit_bias: isFilled,
  audio: () => true,
  web_search_options: () => true,
  moderation: () => true,
};

const WITHOUT_EFFECT = [
  'temperature',
  'top_p',
  'frequency_penalty',
  'presence_penalty',
  'seed',
  'verbosity',
  'parallel_tool_calls',
  'prediction',
  'prompt_cache_key',
  'prompt_cache_options',
  'prompt_cache_retention',
  'safety_identifier',
  'service_tier',
  'store',
  'user',
] as const;

/** The API's levels in our words. Which level a word means depends on the model that answers and on the org's ceiling. */
const EFFORTS = {
  none: 'fast',
  minimal: 'fast',
  low: 'fast',
  medium: 'balanced',
  high: 'thorough',
  xhigh: 'thorough',
  max: 'thorough',
} as const satisfies Record<string, EffortChoice>;
export const ReasoningEffort = z
  .enum(Object.keys(EFFORTS) as (keyof typeof EFFORTS)[], {
    error: `must be one of ${Object.keys(EFFORTS).join(', ')}`,
  })
  .transform((level): EffortChoice => EFFORTS[level]);

const anything = (names: readonly string[]): Record<string, z.ZodOptional<z.ZodUnknown>> =>
  Object.fromEntries(names.map((name) => [name, z.unknown().optional()]));

export const OpenAiChatRequest = z
  .object({
    ...anything(WITHOUT_EFFECT),
    ...anything(Object.keys(UNSUPPORTED)),
    model: ModelId,
    messages: z.array(OpenAiMessage).min(1).max(MAX_MESSAGES),
    stream: z.boolean().nullish(),
    stream_options: z.looseObject({ include_usage: z.boolean().optional() }).nullish(),
    max_tokens: z.int().positive().nullish(),
    max_completion_tokens: z.int().positive().nullish(),
    reasoning_effort: ReasoningEffort.nullish(),
    metadata: Metadata.nullish(),
    context: SentContext.nullish(),
  })
  .meta({
    id: 'OpenAiChatRequest',
    description:
      'Chat Completions. `model: "default"` lets the server choose. `X-Ignored` names what has no effect, `context` is ours.',
  });

export type OpenAiQuestion = ClientTranscript & {
  readonly model: string | null;
  readonly named: string | undefined;
  readonly isStream: boolean;
  readonly includesUsage: boolean;
  readonly scope: Pick<RunRequest, 'mode' | 'programId' | 'designId'>;
  readonly instructions: string | null;
  readonly maxOutputTokens: number | null;
  readonly effort: EffortChoice | null;
  readonly context: PageContext | null;
  /** Names of what has no effect. */
  readonly ignored: readonly string[];
};

/** @throws AppError */
export function parseOpenAiQuestion(body: unknown): OpenAiQuestion {
  const input = parseInput(OpenAiChatRequest, body);
  for (const [name, asksForIt] of Object.entries(UNSUPPORTED)) {
    const value = (input as Record<string, unknown>)[name];
    if (value !== undefined && value !== null && asksForIt(value)) throw unsupported([name]);
  }
  const { metadata } = input;
  const messages = input.messages.map(toTextMessage);
  return {
    ...splitTranscript(messages),
    model: chosenModel(input.model),
    named: metadata?.session_id,
    isStream: input.stream === true,
    includesUsage: input.stream_options?.include_usage === true,
    scope: scopeIn(metadata),
    instructions: instructionsIn(messages),
    maxOutputTokens: input.max_completion_tokens ?? input.max_tokens ?? null,
    effort: input.reasoning_effort ?? null,
    context: readPageContext(input.context),
    ignored: toNames(unusedKeys(body, USED)),
  };
}

export const scopeIn = (metadata: z.output<typeof Metadata> | null | undefined): OpenAiQuestion['scope'] => ({
  mode: metadata?.mode ?? 'chat',
  programId: metadata?.program_id ?? null,
  designId: metadata?.design_id ?? null,
});

/** The model that a body names, even if the rest of it is invalid; null for the default. */
export function chosenModelIn(body: unknown): string | null {
  const model = requestedModel(body);
  return model === null ? null : chosenModel(model);
}

/** The program and design that a body names, read in the same way. */
export function requestedNames(body: unknown): ScopeNames {
  const peek = z.looseObject({ metadata: z.looseObject({}) }).safeParse(body);
  return namesIn(peek.data?.metadata['program_id'], peek.data?.metadata['design_id']);
}

export async function runOfOpenAiQuestion(
  question: OpenAiQuestion,
  ids: { readonly sessionId: string; readonly runId: string },
): Promise<RunRequest> {
  const { text, model, scope, instructions, maxOutputTokens, effort, context, earlier } = question;
  // Only if present, so that requests without them keep their digest.
  const chosen = { ...(effort !== null && { effort }), ...(context && { context }) };
  const said = earlier.map((message) => [message.role, message.text]);
  return {
    ...ids,
    ...scope,
    ...chosen,
    message: { id: crypto.randomUUID(), text },
    decisions: [],
    earlier: [...earlier],
    instructions,
    maxOutputTokens,
    model,
    parentRunId: null,
    digest: await digestOf({ text, model, ...scope, ...chosen, instructions, maxOutputTokens, earlier: said }),
  };
}

type Message = z.output<typeof OpenAiMessage>;

export const chosenModel = (model: string): string | null => (model === DEFAULT_MODEL ? null : model);

const USED = [
  'model',
  'messages',
  'stream',
  'stream_options',
  'max_tokens',
  'max_completion_tokens',
  'reasoning_effort',
  'metadata',
  'context',
  // Accepted only if they ask for nothing.
  ...Object.keys(UNSUPPORTED),
];

function toTextMessage({ role, content }: Message, index: number): { role: Message['role']; content: string | null } {
  if (typeof content !== 'object' || content === null) return { role, content: content ?? null };
  const other = content.findIndex((part) => typeof part !== 'string');
  if (other >= 0) throw unsupported(['messages', index, 'content', other], 'is not text, and only text is read here');
  return { role, content: content.filter((part) => typeof part === 'string').join('\n\n') };
}

export function unsupported(path: readonly (string | number)[], message = 'is not supported here'): AppError {
  const cause = new z.ZodError([{ code: 'custom', path: [...path], message, input: undefined }]);
  return new AppError('UNSUPPORTED', { cause });
}
