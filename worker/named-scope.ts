// What a request says that it is about: a program and a design, each by its id, its code or its name. The person's Account
// looks them up; what the person does not see is not there.
import type { Context } from 'hono';
import { z } from 'zod';
import { accountOf } from '../durable/account/account-stub.ts';
import type { FoundScope, ScopeNames } from '../durable/account/requests.ts';
import { AppError } from '../durable/errors.ts';
import type { ScopeIds } from '../durable/packs/pack.ts';
import { ScopeName } from './contract.ts';
import type { EdgeEnv } from './edge-env.ts';

export const NO_NAMES: ScopeNames = { programId: null, designId: null };

/** What a body names, wherever the rest of it is wrong. Whether the person sees it is said before that. */
export function namesIn(programId: unknown, designId: unknown): ScopeNames {
  const [program, design] = [programId, designId].map((name) => ScopeName.safeParse(name));
  return { programId: program?.data ?? null, designId: design?.data ?? null };
}

/** The two where a body has them at its top. */
export function namesAtTop(body: unknown): ScopeNames {
  const { data } = Top.safeParse(body);
  return namesIn(data?.['programId'], data?.['designId']);
}

const Top = z.looseObject({});

/** For routes that make no model work. @throws AppError NOT_FOUND, DATABASE_UNAVAILABLE */
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
  programId:
    'There is no program with this id, code or name that you can see. Where several have the name, send the id.',
  designId:
    'There is no design with this id, code or name that you can see in the program. Where several have the name, send the id.',
};
