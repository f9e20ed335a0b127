// A model with the limits that its server gives it, in place of those of the catalog.
import type { ModelLimits } from '../../contracts/ai-settings.ts';
import { MODELS, type Model } from './models.ts';

/** An answer takes half of a context at most, or nothing of the conversation would fit. */
export const answerWithin = (contextTokens: number, maxOutputTokens: number): number =>
  Math.min(maxOutputTokens, Math.floor(contextTokens / 2));

export function withServerLimits<M extends Model>(model: M, served: { readonly limits?: readonly ModelLimits[] }): M {
  const known = served.limits?.find(({ id }) => id === model.id);
  if (!known) return model;
  const contextTokens = lower(model, 'contextTokens', known.contextTokens);
  const output =
    known.maxOutputTokens === null ? model.maxOutputTokens : lower(model, 'maxOutputTokens', known.maxOutputTokens);
  return {
    ...model,
    contextTokens,
    maxOutputTokens: answerWithin(contextTokens, output),
    limitsFrom: 'server',
  };
}

/** The server's number, unless the operator has set a smaller one. */
function lower(model: Model, limit: 'contextTokens' | 'maxOutputTokens', served: number): number {
  const entry = MODELS.find(({ id, provider }) => id === model.id && provider === model.provider);
  const isSetByOperator = entry !== undefined && entry[limit] !== model[limit];
  return isSetByOperator ? Math.min(served, model[limit]) : served;
}
