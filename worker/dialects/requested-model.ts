import { z } from 'zod';
import { ModelId } from '../contract.ts';

/** The model that a body asks for, wherever the rest of it is wrong. */
export function requestedModel(body: unknown): string | null {
  const peek = z.looseObject({ model: ModelId }).safeParse(body);
  return peek.success ? peek.data.model : null;
}
