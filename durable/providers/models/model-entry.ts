// The shape of a model in models.json and in an operator's override: what a reviewer checks, and what every reader can rely on.
import * as z from 'zod';
import { PLANS } from '../../principal.ts';
import type { WireName } from '../provider.ts';

const IsoDate = z.iso.date();

/** Dollars per million tokens, at most six decimals. Null if no source lists it. */
const Dollars = z.number().nonnegative().max(10_000).multipleOf(0.000_001);

const Rates = z.strictObject({
  input: Dollars,
  output: Dollars,
  cacheRead: Dollars.nullable(),
  /** Writing to the prompt cache for its shorter lifetime: 5 minutes at Anthropic, 30 at OpenAI. */
  cacheWrite: Dollars.nullable(),
  /** The longer lifetime: 1 hour at Anthropic, 12 at OpenAI. Don't request a lifetime without a price. */
  cacheWriteLong: Dollars.optional(),
});
export type Rates = z.infer<typeof Rates>;

export const PriceRow = Rates.extend({
  /** The day from which it is charged, and the version that a charge names. A model's first row also counts before it. */
  from: IsoDate,
  /** The rates of the whole request if its prompt is longer than this, cache included. */
  above: Rates.extend({ promptTokens: z.int().positive() }).optional(),
  source: z.strictObject({ url: z.url(), checked: IsoDate, confidence: z.enum(['high', 'medium', 'low']) }),
  note: z.string().optional(),
  /** Set for rows of an operator's override; the day otherwise. */
  version: z.string().optional(),
});
export type PriceRow = z.infer<typeof PriceRow>;

/** Every level a provider knows, from the least effort to the most. */
export const EFFORT_LEVELS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;
export const EffortLevel = z.enum(EFFORT_LEVELS);
export type EffortLevel = z.infer<typeof EffortLevel>;

const Thinking = z.strictObject({
  /** What the model does if the request says nothing. `always` can't be turned off, `none` doesn't exist. */
  mode: z.enum(['none', 'off', 'on', 'always']),
  /** Values of Anthropic's `thinking.type` that are a 400. */
  refuses: z.array(z.enum(['adaptive', 'enabled', 'disabled'])),
  /** The value that turns it off: of `thinking.type`, or `none` as OpenAI's effort. */
  off: z.enum(['disabled', 'between_tools', 'none']).optional(),
  /** Above this effort, `off` is a 400. */
  offUpTo: EffortLevel.optional(),
  /** True if its text arrives only when the request asks for a `display` other than `omitted`. */
  isHidden: z.boolean().optional(),
  /** True if a thinking block is valid only after exactly the system prompt, tools and messages it was written after. */
  bindsPrefix: z.boolean().optional(),
});

const Lifecycle = z.strictObject({
  released: IsoDate.optional(),
  /** The provider promises to serve it until then, and has announced no end. */
  servedUntilAtLeast: IsoDate.optional(),
  /** The announced end. From this day (UTC), the provider refuses it. */
  retires: IsoDate.optional(),
  successor: z.string().optional(),
  source: z.url().optional(),
});
export type Lifecycle = z.infer<typeof Lifecycle>;

export const ModelEntry = z
  .strictObject({
    id: z.string().min(1).max(200),
    /** The provider's id in the registry. */
    provider: z.string(),
    label: z.string().min(1),
    /** The wire that the provider's own server speaks for it. */
    wire: z.enum(['anthropic', 'chat-completions', 'openai-responses']) satisfies z.ZodType<WireName>,
    contextTokens: z.int().positive(),
    /** If less than the context may be input. */
    maxInputTokens: z.int().positive().optional(),
    maxOutputTokens: z.int().positive(),
    capabilities: z.array(z.enum(['tools', 'images', 'reasoning'])),
    thinking: Thinking,
    /** Null if the model has no such parameter. */
    effort: z.strictObject({ levels: z.array(EffortLevel).min(2), default: EffortLevel }).nullable(),
    /** Parameters that are a 400 at any value. `tool_choice` means a forced one, `prefill` a last message of the assistant. */
    refusedParameters: z.array(z.string()),
    /** Shorter prompts are not cached. */
    cacheMinimumTokens: z.int().positive().optional(),
    lowestPlan: z.enum(PLANS),
    /** By date. Empty if no source lists a price. Never change or remove a row that was released: bills refer to it. */
    prices: z.array(PriceRow),
    lifecycle: Lifecycle,
  })
  .superRefine((model, { addIssue }) => {
    const { effort, contextTokens, maxInputTokens = contextTokens, maxOutputTokens, thinking, prices } = model;
    const refuse = (message: string) => addIssue({ code: 'custom', message: `${model.id}: ${message}` });
    if (maxOutputTokens >= contextTokens || maxInputTokens > contextTokens) refuse('its limits exceed its context');
    if (effort && !effort.levels.includes(effort.default)) refuse('its default effort is not one of its levels');
    if (effort && !isAscending(effort.levels.map((level) => EFFORT_LEVELS.indexOf(level))))
      refuse('its effort levels are not in ascending order');
    if ((thinking.mode === 'none') === model.capabilities.includes('reasoning'))
      refuse('its thinking contradicts its capabilities');
    if (!isAscending(prices.map(({ from }) => from))) refuse('its prices are not in order of their dates');
    if (prices.some((row) => !isPlausible(row) || (row.above && !isPlausible(row.above))))
      refuse('a price is out of proportion: reading the cache is never dearer than input, writing never cheaper');
  });
export type ModelEntry = z.infer<typeof ModelEntry>;

/** A model that the catalog doesn't list, but whose end is known. */
const Ending = z.strictObject({
  provider: z.string(),
  id: z.string(),
  retires: IsoDate,
  successor: z.string(),
  source: z.url(),
});
export type Ending = z.infer<typeof Ending>;

export const ModelFile = z.strictObject({ models: z.array(ModelEntry), endings: z.array(Ending) });

function isAscending<T extends string | number>(values: readonly T[]): boolean {
  return values.every((value, index) => index === 0 || value > (values[index - 1] ?? value));
}

function isPlausible({ input, output, cacheRead, cacheWrite, cacheWriteLong }: Rates): boolean {
  const write = cacheWrite ?? input;
  return output >= input && (cacheRead ?? 0) <= input && write >= input && (cacheWriteLong ?? write) >= write;
}
