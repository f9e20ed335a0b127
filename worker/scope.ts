// Which model would answer a request, by the org's settings and the programs that the request is about.
import type { Context } from 'hono';
import { programsOf } from '../durable/conversation/turn-scope.ts';
import type { ScopeIds } from '../durable/packs/pack.ts';
import { resolveInScope, type ScopedChoice } from '../durable/providers/config.ts';
import type { EdgeEnv } from './edge-env.ts';

/** @param question `session` is what the conversation is about, `named` what the request names besides, both by ids */
export function modelFor(
  c: Context<EdgeEnv>,
  question: { readonly requested: string | null; readonly session: ScopeIds | null; readonly named: ScopeIds },
): ScopedChoice {
  const { requested, session, named } = question;
  const programs = programsOf(session, named);
  return resolveInScope(c.env, { requested, access: c.get('access'), settings: c.get('settings'), programs });
}
