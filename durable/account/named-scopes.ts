// Resolves the program and design a client names, with the user's own rights, and caches the result. A request that names
// the scope its conversation already has needs no lookup.

import type { FoundScope, ScopeNames } from '../contracts/account.ts';
import { isSettled } from '../conversation/prompt/turn-scope.ts';
import { AppError } from '../errors.ts';
import type { ScopeLookup } from '../packs/registry.ts';
import { RIGHTS_FRESH_MS } from '../principal.ts';
import { MAX_OUTAGE_AGE_MS } from './access-snapshot.ts';

/** Names beyond this are looked up again. */
const KEPT = 100;

export type NamedScopesDeps = {
  readonly sql: SqlStorage;
  /** @throws AppError */
  find(names: ScopeNames): Promise<ScopeLookup>;
  now(): number;
};

export type ScopeQuestion = {
  readonly orgId: string;
  readonly names: ScopeNames;
  /** The conversation's scope, if the session list has it. */
  readonly stored: ScopeNames | null;
};

/** The ids of the scope a request names. */
export async function findNamedScope(deps: NamedScopesDeps, question: ScopeQuestion): Promise<FoundScope> {
  const { names, stored } = question;
  if (namesSomething(names)) return find(deps, question);
  if (!stored || isSettled(stored)) return NOTHING;
  // An earlier release stored the client's own words. This request did not name them, so a miss is no error.
  const found = await find(deps, { ...question, names: stored });
  return found.ok ? found : NOTHING;
}

const NOTHING: FoundScope = { ok: true, programId: null, designId: null };

const namesSomething = ({ programId, designId }: ScopeNames): boolean => programId !== null || designId !== null;

async function find(deps: NamedScopesDeps, question: ScopeQuestion): Promise<FoundScope> {
  const { names, stored } = question;
  const isOpen = (scope: ScopeNames): boolean => stored !== null && isSettled(stored) && isWithin(scope, stored);
  if (isOpen(names)) return { ok: true, ...names, programId: stored?.programId ?? null };
  const cached = readCached(deps.sql, question);
  const age = cached ? deps.now() - cached.askedAt : Number.POSITIVE_INFINITY;
  if (cached && (age <= RIGHTS_FRESH_MS || isOpen(cached.scope))) return { ok: true, ...cached.scope };
  try {
    return await ask(deps, question);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'DATABASE_UNAVAILABLE') throw error;
    return cached && age <= MAX_OUTAGE_AGE_MS ? { ok: true, ...cached.scope } : { ok: false, code: error.code };
  }
}

/** A missing name means the conversation's own. */
const isWithin = (scope: ScopeNames, stored: ScopeNames): boolean =>
  [stored.programId, null].includes(scope.programId) && [stored.designId, null].includes(scope.designId);

async function ask(deps: NamedScopesDeps, question: ScopeQuestion): Promise<FoundScope> {
  // Taken before the query: later changes may be missing from the result.
  const askedAt = deps.now();
  const named = await deps.find(question.names);
  if (!named.found) {
    forgetCached(deps.sql, question);
    return { ok: false, code: 'NOT_FOUND', unknown: named.unknown };
  }
  const scope = { programId: named.programId, designId: named.designId };
  putCached(deps.sql, question, { scope, askedAt });
  return { ok: true, ...scope };
}

type CachedScope = { readonly scope: ScopeNames; readonly askedAt: number };
type NamedScopeRow = { program_id: string | null; design_id: string | null; asked_at: number };

/** Names are not case sensitive. */
const keyOf = ({ names }: ScopeQuestion): string =>
  JSON.stringify([names.programId, names.designId].map((name) => name?.toLowerCase() ?? null));

function readCached(sql: SqlStorage, question: ScopeQuestion): CachedScope | null {
  const [row] = sql
    .exec<NamedScopeRow>(
      'select program_id, design_id, asked_at from named_scopes where org_id = ? and names = ?',
      question.orgId,
      keyOf(question),
    )
    .toArray();
  return row ? { scope: { programId: row.program_id, designId: row.design_id }, askedAt: row.asked_at } : null;
}

function putCached(sql: SqlStorage, question: ScopeQuestion, { scope, askedAt }: CachedScope): void {
  sql.exec(
    'insert or replace into named_scopes (org_id, names, program_id, design_id, asked_at) values (?, ?, ?, ?, ?)',
    question.orgId,
    keyOf(question),
    scope.programId,
    scope.designId,
    askedAt,
  );
  sql.exec('delete from named_scopes where seq <= (select max(seq) from named_scopes) - ?', KEPT);
}

function forgetCached(sql: SqlStorage, question: ScopeQuestion): void {
  sql.exec('delete from named_scopes where org_id = ? and names = ?', question.orgId, keyOf(question));
}
