// The three words for how hard a model thinks. The levels behind them are the model's own.
import type { ModelList } from '../worker/api/models/models-schema.ts';

export type EffortChoice = ModelList['models'][number]['efforts'][number]['choice'];

/** In the order of the picker. */
export const EFFORT_LABELS: Readonly<Record<EffortChoice, string>> = {
  fast: 'Fast',
  balanced: 'Balanced',
  thorough: 'Thorough',
};

export const isEffortChoice = (value: unknown): value is EffortChoice =>
  typeof value === 'string' && Object.hasOwn(EFFORT_LABELS, value);
