// The program, design and model that a request names. They are read before the rest of the body is validated, because access
// to them is checked first. The user's Account looks up the names; a name that the user can't see gives 404.
import type { Context } from 'hono';
import * as z from 'zod';
import type { FoundScope, ScopeNames } from '../../durable/contracts/account.ts';
import { accountOf } from '../../durable/contracts/account.ts';
import { programsOf } from '../../durable/conversation/prompt/turn-scope.ts';
import { AppError } from '../../durable/errors.ts';
import type { ScopeIds } from '../../durable/packs/pack.ts';
import { resolveInScope, type ScopedChoice } from '../../durable/providers/settings/config.ts';
import { ModelId, ScopeName } from '../api/fields-schema.ts';
import type { EdgeEnv } from '../edge-env.ts';

export const NO_NAMES: ScopeNames = { programId: null, designId: null };

export function namesIn(programId: unknown, designId: unknown): ScopeNames {
  const [program, design] = [programId, designId].map((name) => ScopeName.safeParse(name));
  return { programId: program?.data ?? null, designId: design?.data ?? null };
}

/** For bodies that have both at the top level. */
export function namesAtTop(body: unknown): ScopeNames {
  const { data } = Top.safeParse(body);
  return namesIn(data?.['programId'], data?.['designId']);
}

const Top = z.looseObject({});

/** The model at the top level of a body. */
export function requestedModel(body: unknown): string | null {
  const peek = z.looseObject({ model: ModelId }).safeParse(body);
  return peek.success ? peek.data.model : null;
}

/** For routes that call no model. @throws AppError NOT_FOUND, DATABASE_UNAVAILABLE */
export async function requireScope(
  c: Context<EdgeEnv>,
  names: ScopeNames,
  sessionId: string | null = null,
): Promise<ScopeIds> {
  if (names.programId === null && names.designId === null) return NO_NAMES;
  const { orgId, subject } = c.get('access');
  const found = await accountOf(c.env, subject).findScope({ orgId, sessionId, names });
  const refusal = scopeRefusal(found);
  if (refusal) throw refusal;
  return scopeOf(found);
}

export const scopeOf = (found: FoundScope): ScopeIds =>
  found.ok ? { programId: found.programId, designId: found.designId } : NO_NAMES;

export function scopeRefusal(found: FoundScope): AppError | null {
  if (found.ok) return null;
  return found.code === 'NOT_FOUND'
    ? new AppError(found.code, { detail: UNKNOWN[found.unknown] })
    : new AppError(found.code);
}

const UNKNOWN: Readonly<Record<keyof ScopeNames, string>> = {
  programId: 'You can’t see a program with this id, code or name. If several programs have the name, send the id.',
  designId:
    'You can’t see a design with this id, code or name in the program. If several designs have the name, send the id.',
};

/** Which model would answer. @param question `session`: the conversation's scope; `named`: what the request names besides, by ids */
export function modelFor(
  c: Context<EdgeEnv>,
  question: { readonly requested: string | null; readonly session: ScopeIds | null; readonly named: ScopeIds },
): ScopedChoice {
  const { requested, session, named } = question;
  const programs = programsOf(session, named);
  return resolveInScope(c.env, { requested, access: c.get('access'), settings: c.get('settings'), programs });
}
