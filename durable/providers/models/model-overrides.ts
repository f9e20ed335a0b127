// What an operator changes in the catalog without a release: for a price that changed today, a model that came out today, or one
// that ends sooner. How a model thinks can't be changed here, because the adapters have to know it.
import * as z from 'zod';
import { ModelEntry, PriceRow } from './model-entry.ts';
import { MODELS } from './models.ts';

const { id, provider, label, contextTokens, maxOutputTokens, lowestPlan, lifecycle } = ModelEntry.shape;

export const ModelOverride = z.strictObject({
  id,
  provider,
  label: label.optional(),
  contextTokens: contextTokens.optional(),
  maxOutputTokens: maxOutputTokens.optional(),
  lowestPlan: lowestPlan.optional(),
  /** Rows in addition to the catalog's. Those that were in effect must stay as they are: bills refer to them. */
  prices: z.array(PriceRow).optional(),
  /** In place of the catalog's. */
  lifecycle: lifecycle.optional(),
});
export type ModelOverride = z.infer<typeof ModelOverride>;

const MAX_OVERRIDES = 100;
export const ModelOverrides = z.array(ModelOverride).max(MAX_OVERRIDES);

type Named = Pick<ModelEntry, 'id' | 'provider'>;

/** Two providers may have models of one id, such as a gateway and the vendor. */
const isSame = (one: Named, other: Named): boolean => one.id === other.id && one.provider === other.provider;

/** Tells a charge at an operator's price from one at the catalog's. */
const OPERATOR = 'operator-';

/** The catalog with an org's overrides. Entries that this release can't read are left out, so that one can't stop all answers. */
export function modelsWith(json: string | undefined): readonly ModelEntry[] {
  const overrides: unknown = json === undefined ? [] : JSON.parse(json);
  if (!Array.isArray(overrides) || overrides.length === 0) return MODELS;
  const read = overrides.flatMap((override) => ModelOverride.safeParse(override).data ?? []);
  const changed = read.flatMap((override) => ModelEntry.safeParse(applied(override)).data ?? []);
  const isChanged = (model: ModelEntry) => changed.some((one) => isSame(one, model));
  return [...changed, ...MODELS.filter((model) => !isChanged(model))];
}

function applied(override: ModelOverride): unknown {
  const base = MODELS.find((model) => isSame(model, override));
  const { prices = [], ...values } = override;
  const own = prices.map((row) => ({ ...row, version: `${OPERATOR}${row.from}` }));
  // On the same day, the operator's row counts.
  const kept = (base?.prices ?? []).filter(({ from }) => !own.some((row) => row.from === from));
  const rows = [...kept, ...own].sort((a, b) => (a.from < b.from ? -1 : 1));
  return { ...(base ?? { ...NEW_MODEL, label: override.id }), ...values, prices: rows };
}

const NEW_MODEL = {
  wire: 'chat-completions',
  capabilities: ['tools'],
  thinking: { mode: 'none', refuses: [] },
  effort: null,
  refusedParameters: [],
  lowestPlan: 'free',
  lifecycle: {},
};

/** One line for each thing that is wrong with new overrides; empty if they can be stored. */
export function findOverrideProblems(given: unknown, before: readonly unknown[], today: string): string[] {
  const parsed = ModelOverrides.safeParse(given);
  if (!parsed.success)
    return parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`);
  const problems: string[] = [];
  for (const override of parsed.data) {
    const entry = ModelEntry.safeParse(applied(override));
    if (!entry.success)
      problems.push(...entry.error.issues.map(({ path, message }) => `${override.id}: ${path.join('.')} ${message}`));
  }
  const isRepeated = (override: ModelOverride, index: number): boolean =>
    parsed.data.findIndex((one) => isSame(one, override)) < index;
  if (parsed.data.some(isRepeated)) problems.push('an id is there twice');
  for (const old of before.flatMap((override) => ModelOverride.safeParse(override).data ?? [])) {
    const now = parsed.data.find((override) => isSame(override, old));
    for (const row of old.prices ?? []) {
      const kept = now?.prices?.find(({ from }) => from === row.from);
      if (row.from <= today && JSON.stringify(kept) !== JSON.stringify(row))
        problems.push(`${old.id}: the price from ${row.from} was charged and must stay; add one from a later day`);
    }
  }
  for (const override of parsed.data) {
    const old = before.flatMap((one) => ModelOverride.safeParse(one).data ?? []).find((one) => isSame(one, override));
    for (const { from } of override.prices ?? []) {
      const isNew = !old?.prices?.some((row) => row.from === from);
      if (isNew && from < today) problems.push(`${override.id}: a price can't start in the past (${from})`);
    }
  }
  return problems;
}
