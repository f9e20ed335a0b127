// How hard a model thinks. People choose one of three words, because levels differ from model to model; an admin sets the default
// and the most that anyone may choose.
import * as z from 'zod';
import { EffortChoice } from '../../contracts/session.ts';
import { EFFORT_LEVELS, type EffortLevel } from './model-entry.ts';
import type { Model } from './models.ts';

/** The levels that an admin can set as the ceiling. */
export const EFFORT_CEILINGS = ['low', 'medium', 'high', 'xhigh', 'max'] as const satisfies readonly EffortLevel[];
export type EffortCeiling = (typeof EFFORT_CEILINGS)[number];

/** Levels above cost several times as much, so an admin has to allow them. */
const USUAL_CEILING: EffortLevel = 'high';

/** What an admin set. Null: the model's own default, and `high`. */
export type EffortRules = { readonly choice: EffortChoice | null; readonly ceiling: EffortCeiling | null };
export const NO_EFFORT_RULES: EffortRules = { choice: null, ceiling: null };

/** Data of a newer release may have values that this one doesn't know. They count as not set. */
export const toEffortRules = (choice: unknown, ceiling: unknown): EffortRules => ({
  choice: EffortChoice.nullable().catch(null).parse(choice),
  ceiling: z.enum(EFFORT_CEILINGS).nullable().catch(null).parse(ceiling),
});

const rankOf = (level: EffortLevel): number => EFFORT_LEVELS.indexOf(level);

/** The levels of a model that think at all, up to the ceiling. The lowest is always allowed. */
function allowedLevels({ effort }: Pick<Model, 'effort'>, { ceiling }: EffortRules): readonly EffortLevel[] {
  const thinking = (effort?.levels ?? []).filter((level) => rankOf(level) >= rankOf('low'));
  const allowed = thinking.filter((level) => rankOf(level) <= rankOf(ceiling ?? USUAL_CEILING));
  return allowed.length > 0 ? allowed : thinking.slice(0, 1);
}

export type OfferedEffort = { readonly choice: EffortChoice; readonly level: EffortLevel };

/** What the picker offers, and what answers if nothing is chosen. Empty for a model without levels, or with one allowed. */
export function offeredEfforts(model: Pick<Model, 'effort'>, rules: EffortRules): readonly OfferedEffort[] {
  const levels = allowedLevels(model, rules);
  const [lowest] = levels;
  const highest = levels.at(-1);
  if (lowest === undefined || highest === undefined || lowest === highest) return [];
  const middle = levels.find((level) => level === 'medium' && level !== highest);
  return [
    { choice: 'fast', level: lowest },
    ...(middle === undefined ? [] : [{ choice: 'balanced' as const, level: middle }]),
    { choice: 'thorough', level: highest },
  ];
}

/** The level to request; null for a model without levels. */
export function effortOf(
  model: Pick<Model, 'effort'>,
  chosen: EffortChoice | null,
  rules: EffortRules,
): EffortLevel | null {
  const { effort } = model;
  const levels = allowedLevels(model, rules);
  if (!effort || levels.length === 0) return null;
  const choice = chosen ?? rules.choice;
  const offered = offeredEfforts(model, rules);
  const named = offered.find((one) => one.choice === choice);
  if (named) return named.level;
  // A model with two levels has no middle one.
  const wanted = choice === 'balanced' ? 'medium' : effort.default;
  return levels.findLast((level) => rankOf(level) <= rankOf(wanted)) ?? levels[0] ?? null;
}
