// Turns a Chat Completions request into a run. Unsupported parameters that would change the answer are refused; those that
// only tune a model are ignored. The two lists below say which is which.

import * as z from 'zod';
import { digestOf } from '../../../durable/canonical-json.ts';
import type { ScopeNames } from '../../../durable/contracts/account.ts';
import type { RunRequest } from '../../../durable/contracts/conversation.ts';
import { type EffortChoice, RunMode } from '../../../durable/contracts/session.ts';
import { AppError } from '../../../durable/errors.ts';
import { cleanedText, exactText } from '../../../durable/input-text.ts';
import { namesIn, requestedModel } from '../../admission/named-scope.ts';
import { ModelId, ScopeName } from '../../api/fields-schema.ts';
import { parseInput } from '../../http/problem.ts';
import { type ClientTranscript, splitTranscript } from '../client-transcript.ts';

const MAX_MESSAGES = 10_000;
const MAX_INSTRUCTIONS_CHARS = 16 * 1024;
/** The conversation's or the org's model. The API requires a name. */
export const DEFAULT_MODEL = 'default';

const TextPart = z.looseObject({ type: z.literal('text'), text: cleanedText() }).transform(({ text }) => text);
const Content = z.union([cleanedText(), z.array(TextPart).transform((parts) => parts.join('\n\n'))], {
  error: 'must be text',
});

const OpenAiMessage = z.looseObject({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool', 'function']),
  content: Content.nullish(),
});

/** Other metadata belongs to the client and is ignored. */
const Metadata = z.looseObject({
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
const ReasoningEffort = z
  .enum(Object.keys(EFFORTS) as (keyof typeof EFFORTS)[], {
    error: `must be one of ${Object.keys(EFFORTS).join(', ')}`,
  })
  .transform((level): EffortChoice => EFFORTS[level]);

const anything = (names: readonly string[]): Record<string, z.ZodOptional<z.ZodUnknown>> =>
  Object.fromEntries(names.map((name) => [name, z.unknown().optional()]));

export const OpenAiChatRequest = z
  .strictObject({
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
  })
  .meta({ id: 'OpenAiChatRequest', description: 'Chat Completions. `model: "default"` lets the server choose.' });

export type OpenAiQuestion = ClientTranscript & {
  readonly model: string | null;
  readonly named: string | undefined;
  readonly isStream: boolean;
  readonly includesUsage: boolean;
  readonly scope: Pick<RunRequest, 'mode' | 'programId' | 'designId'>;
  readonly instructions: string | null;
  readonly maxOutputTokens: number | null;
  readonly effort: EffortChoice | null;
};

/** @throws AppError */
export function parseOpenAiQuestion(body: unknown): OpenAiQuestion {
  const input = parseInput(OpenAiChatRequest, body);
  for (const [name, asksForIt] of Object.entries(UNSUPPORTED)) {
    const value = (input as Record<string, unknown>)[name];
    if (value !== undefined && value !== null && asksForIt(value)) throw unsupported(name);
  }
  const { metadata } = input;
  return {
    ...splitTranscript(input.messages),
    model: chosenModel(input.model),
    named: metadata?.session_id,
    isStream: input.stream === true,
    includesUsage: input.stream_options?.include_usage === true,
    scope: {
      mode: metadata?.mode ?? 'chat',
      programId: metadata?.program_id ?? null,
      designId: metadata?.design_id ?? null,
    },
    instructions: instructionsIn(input.messages),
    maxOutputTokens: input.max_completion_tokens ?? input.max_tokens ?? null,
    effort: input.reasoning_effort ?? null,
  };
}

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
  const { text, model, scope, instructions, maxOutputTokens, effort, earlier } = question;
  // Only if present, so that requests without it keep their digest.
  const chosen = effort === null ? {} : { effort };
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

const chosenModel = (model: string): string | null => (model === DEFAULT_MODEL ? null : model);

function instructionsIn(messages: readonly Message[]): string | null {
  const text = messages
    .flatMap(({ role, content }) => ((role === 'system' || role === 'developer') && content ? [content] : []))
    .join('\n\n')
    .trim();
  if (text.length > MAX_INSTRUCTIONS_CHARS)
    throw new AppError('PAYLOAD_TOO_LARGE', { detail: 'System messages can have at most 16,384 characters in total.' });
  return text === '' ? null : text;
}

function isFilled(value: unknown): boolean {
  return typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : value !== '';
}

function unsupported(name: string): AppError {
  const cause = new z.ZodError([{ code: 'custom', path: [name], message: 'is not supported here', input: undefined }]);
  return new AppError('UNSUPPORTED', { cause });
}
