// What a server's list of models says about their limits. Servers name them differently; numbers that no model can have are left
// out, and of several the smallest counts.
import * as z from 'zod';
import { ContextTokens, MAX_LIMITED_MODELS, type ModelLimits, OutputTokens } from '../../contracts/ai-settings.ts';
import { readStart } from '../stream/bounded-body.ts';
import { isRecord } from '../stream/tool-arguments.ts';

/** OpenRouter's list of several hundred models is about a quarter of it. */
const MAX_BODY_CHARS = 4_000_000;

/** @throws if it isn't JSON, or too long */
export const readList = async (response: Response): Promise<unknown> =>
  JSON.parse(await readStart(response, MAX_BODY_CHARS));

const Context = ContextTokens.optional().catch(undefined);
const Output = OutputTokens.optional().catch(undefined);

const Limits = z.object({
  // LM Studio: of the loaded model, and of the model itself, as Mistral names it.
  loaded_context_length: Context,
  max_context_length: Context,
  // OpenRouter, Together.
  context_length: Context,
  // vLLM.
  max_model_len: Context,
  // Groq.
  context_window: Context,
  // Anthropic.
  max_input_tokens: Context,
  // Gemini.
  inputTokenLimit: Context,
  max_completion_tokens: Output,
  max_output_tokens: Output,
  max_tokens: Output,
  outputTokenLimit: Output,
  // OpenRouter, of the server that it prefers.
  top_provider: z.object({ context_length: Context, max_completion_tokens: Output }).optional().catch(undefined),
});

/** The limits of the models with these ids. */
export function limitsIn(list: unknown, ids: readonly string[]): ModelLimits[] {
  const entries = entriesOf(list);
  return ids
    .flatMap((id) => {
      const entry = entries.find((one) => namesOf(one).includes(id)) ?? entries.find((one) => isSnapshotOf(one, id));
      return entry ? (limitsOf(id, entry) ?? []) : [];
    })
    .slice(0, MAX_LIMITED_MODELS);
}

type Entry = Readonly<Record<string, unknown>>;

function entriesOf(list: unknown): readonly Entry[] {
  const entries = isRecord(list) ? (list['data'] ?? list['models']) : list;
  return Array.isArray(entries) ? entries.filter(isRecord) : [];
}

/** Gemini's names start with `models/`. */
const namesOf = ({ id, name, aliases }: Entry): readonly unknown[] => [
  id,
  typeof name === 'string' ? name.replace(/^models\//, '') : null,
  ...(Array.isArray(aliases) ? aliases : []),
];

/** Some lists have only snapshots, such as `claude-haiku-4-5-20251001`. */
const isSnapshotOf = ({ id: listed }: Entry, id: string): boolean =>
  typeof listed === 'string' && listed.startsWith(`${id}-`) && /^-\d{8}$/.test(listed.slice(id.length));

function limitsOf(id: string, entry: Entry): ModelLimits | null {
  const parsed = Limits.safeParse(entry);
  if (!parsed.success) return null;
  const { top_provider: top, ...said } = parsed.data;
  const contextTokens = least(
    said.loaded_context_length,
    said.max_context_length,
    said.context_length,
    said.max_model_len,
    said.context_window,
    said.max_input_tokens,
    said.inputTokenLimit,
    top?.context_length,
  );
  if (contextTokens === null) return null;
  const maxOutputTokens = least(
    said.max_completion_tokens,
    said.max_output_tokens,
    said.max_tokens,
    said.outputTokenLimit,
    top?.max_completion_tokens,
  );
  return { id, contextTokens, maxOutputTokens };
}

function least(...numbers: readonly (number | undefined)[]): number | null {
  const known = numbers.filter((number) => number !== undefined);
  return known.length > 0 ? Math.min(...known) : null;
}
