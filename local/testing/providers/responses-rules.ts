// A strict reader of requests for OpenAI's Responses API: what the real API would refuse, or what we promise never to send. The
// imitations used in tests accept almost anything.
import type { ResponseCreateParamsStreaming } from 'openai/resources/responses/responses';
import * as z from 'zod';

/** Every field of the SDK's type. False if we never send it. */
const FIELDS: Readonly<Record<keyof ResponseCreateParamsStreaming, boolean>> = {
  model: true,
  instructions: true,
  input: true,
  tools: true,
  max_output_tokens: true,
  reasoning: true,
  include: true,
  store: true,
  prompt_cache_key: true,
  safety_identifier: true,
  stream: true,
  access_programs: false,
  background: false,
  context_management: false,
  conversation: false,
  image: false,
  max_tool_calls: false,
  metadata: false,
  moderation: false,
  parallel_tool_calls: false,
  previous_response_id: false,
  prompt: false,
  prompt_cache_options: false,
  prompt_cache_retention: false,
  service_tier: false,
  stream_options: false,
  // Models that reason refuse these three.
  temperature: false,
  top_logprobs: false,
  top_p: false,
  text: false,
  tool_choice: false,
  truncation: false,
  user: false,
};

const Words = z.string().refine((text) => text.trim() !== '', 'is empty');
const JsonObject = z.string().refine((text) => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}, 'is not a JSON object');
const CallId = z.string().regex(/^[\w-]{1,64}$/);
const Name = z.string().regex(/^[\w-]{1,64}$/);

// No ids of messages and calls: the provider stores nothing, so it would not find them.
const Item = z.union([
  z.strictObject({ type: z.literal('message'), role: z.literal('user'), content: Words }),
  z.strictObject({
    ...{ type: z.literal('message'), role: z.literal('assistant'), content: Words },
    phase: z.enum(['commentary', 'final_answer']).optional(),
  }),
  z.strictObject({ type: z.literal('function_call'), call_id: CallId, name: Name, arguments: JsonObject }),
  z.strictObject({ type: z.literal('function_call_output'), call_id: CallId, output: z.string() }),
  z.strictObject({
    ...{ type: z.literal('reasoning'), id: z.string().min(1), encrypted_content: z.string().min(1) },
    summary: z.array(z.strictObject({ type: z.literal('summary_text'), text: z.string() })),
  }),
  // Local servers reason in plain text.
  z.strictObject({
    ...{ type: z.literal('reasoning'), id: z.string().min(1) },
    summary: z.array(z.strictObject({ type: z.literal('summary_text'), text: z.string() })),
    content: z.array(z.strictObject({ type: z.literal('reasoning_text'), text: z.string() })).min(1),
  }),
]);

const Request = z.looseObject({
  model: z.string().min(1),
  instructions: Words.optional(),
  input: z.array(z.unknown()).min(1),
  tools: z
    .array(
      z.strictObject({
        ...{ type: z.literal('function'), name: Name, description: z.string(), strict: z.boolean() },
        parameters: z.looseObject({ type: z.literal('object') }),
      }),
    )
    .min(1)
    .optional(),
  max_output_tokens: z.int().min(16),
  reasoning: z
    .strictObject({
      effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']).optional(),
      summary: z.literal('auto').optional(),
    })
    .optional(),
  include: z.tuple([z.literal('reasoning.encrypted_content')]).optional(),
  store: z.literal(false),
  prompt_cache_key: z.string().min(1).max(64).optional(),
  safety_identifier: z.string().min(1).max(64).optional(),
  stream: z.literal(true),
});

const DOES_NOT_REASON = /^gpt-[34]/;
const isReasoning = (item: unknown): boolean =>
  typeof item === 'object' && item !== null && 'type' in item && item.type === 'reasoning';

/** Everything that is wrong with a request; empty if nothing is. */
export function responsesProblems(body: unknown): string[] {
  const parsed = Request.safeParse(body);
  if (!parsed.success) return parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  const unsent = Object.keys(parsed.data).filter((field) => FIELDS[field as keyof typeof FIELDS] !== true);
  const { model, tools = [], input, reasoning, include } = parsed.data;
  const names = tools.map(({ name }) => name);
  return [
    ...unsent.map((field) => `${field}: is never sent`),
    ...(new Set(names).size < names.length ? ['tools: two have one name'] : []),
    ...tools
      .filter(({ strict, parameters }) => strict && !isStrictObject(parameters))
      .map(({ name }) => `${name}: is not strict`),
    ...((reasoning === undefined) === (include === undefined) ? [] : ['reasoning and include: one without the other']),
    ...(DOES_NOT_REASON.test(model) && input.some(isReasoning)
      ? ['Reasoning input items can only be provided to a reasoning or computer use model.']
      : []),
    ...itemProblems(input),
  ];
}

function itemProblems(input: readonly unknown[]): string[] {
  const problems: string[] = [];
  const open = new Set<string>();
  const known = new Set<string>();
  for (const [index, value] of input.entries()) {
    const parsed = Item.safeParse(value);
    if (!parsed.success) {
      problems.push(`input.${index}: ${JSON.stringify(value).slice(0, 200)} is no item that we send`);
      continue;
    }
    const item = parsed.data;
    const next = input[index + 1] as { type?: string; role?: string } | undefined;
    if (item.type === 'reasoning' && !leadsOn(next)) problems.push(`input.${index}: reasoning leads to nothing`);
    if (item.type === 'function_call') {
      if (known.has(item.call_id)) problems.push(`input.${index}: ${item.call_id} was called before`);
      known.add(item.call_id);
      open.add(item.call_id);
    } else if (item.type === 'function_call_output') {
      if (!open.delete(item.call_id)) problems.push(`input.${index}: an output without its call`);
    } else if (item.type === 'message' && item.role === 'user' && open.size > 0) {
      // A model may say something behind a call; its output comes after the answer.
      problems.push(`input.${index}: ${[...open].join(', ')} has no output`);
      open.clear();
    }
  }
  if (open.size > 0) problems.push(`input: ${[...open].join(', ')} has no output`);
  return problems;
}

const leadsOn = (next: { type?: string; role?: string } | undefined): boolean =>
  next?.type === 'function_call' ||
  next?.type === 'reasoning' ||
  (next?.type === 'message' && next.role === 'assistant');

function isStrictObject(schema: Record<string, unknown>): boolean {
  const { properties, required, additionalProperties } = schema;
  if (typeof properties !== 'object' || properties === null || !Array.isArray(required)) return false;
  const children: unknown[] = Object.values(properties);
  return (
    additionalProperties === false &&
    Object.keys(properties).every((name) => required.includes(name)) &&
    children.every((child) => !isObjectSchema(child) || isStrictObject(child))
  );
}

const isObjectSchema = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && 'type' in value && value.type === 'object';
