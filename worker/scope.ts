// Which model would answer a request, by the org's settings and the programs that the request is about.
import type { Context } from 'hono';
import { resolveInScope, type ScopedChoice } from '../durable/providers/config.ts';
import type { EdgeEnv } from './edge-env.ts';

/** @param question `programs`: the conversation's own first, then what the request names */
export function modelFor(
  c: Context<EdgeEnv>,
  question: { readonly requested: string | null; readonly programs: readonly (string | null | undefined)[] },
): ScopedChoice {
  const programs = question.programs.filter((program) => program !== null && program !== undefined);
  const { requested } = question;
  return resolveInScope(c.env, { requested, access: c.get('access'), settings: c.get('settings'), programs });
}
