// What this person's words for a program and a design stand for, as Postgres last said under their own claim. Whoever
// names what the conversation is about already waits for nobody.
import { isSettled } from '../conversation/turn-scope.ts';
import { AppError } from '../errors.ts';
import type { Named } from '../packs/registry.ts';
import { FRESH_MS, STANDS_IN_OUTAGE_MS } from './access-snapshot.ts';
import type { FoundScope, ScopeNames } from './requests.ts';

/** What falls out is asked again. */
const KEPT = 100;

export type NamedScopesDeps = {
  readonly sql: SqlStorage;
  /** @throws AppError */
  find(names: ScopeNames): Promise<Named>;
  now(): number;
};

export type ScopeQuestion = {
  readonly orgId: string;
  readonly names: ScopeNames;
  /** What the conversation is about, as far as that is known here. */
  readonly stored: ScopeNames | null;
};

/** What a request is about besides its conversation, by ids. */
export async function findNamedScope(deps: NamedScopesDeps, question: ScopeQuestion): Promise<FoundScope> {
  const { names, stored } = question;
  if (namesSomething(names)) return find(deps, question);
  if (!stored || isSettled(stored)) return NOTHING;
  // Kept by an earlier release as a client named it. Whatever that was, nobody named it now.
  const found = await find(deps, { ...question, names: stored });
  return found.ok ? found : NOTHING;
}

const NOTHING: FoundScope = { ok: true, programId: null, designId: null };

const namesSomething = ({ programId, designId }: ScopeNames): boolean => programId !== null || designId !== null;

async function find(deps: NamedScopesDeps, question: ScopeQuestion): Promise<FoundScope> {
  const { names, stored } = question;
  const isOpen = (scope: ScopeNames): boolean => stored !== null && isSettled(stored) && isWithin(scope, stored);
  if (isOpen(names)) return { ok: true, ...names, programId: stored?.programId ?? null };
  const word = readWord(deps.sql, question);
  const age = word ? deps.now() - word.askedAt : Number.POSITIVE_INFINITY;
  if (word && (age <= FRESH_MS || isOpen(word.scope))) return { ok: true, ...word.scope };
  try {
    return await ask(deps, question);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'DATABASE_UNAVAILABLE') throw error;
    return word && age <= STANDS_IN_OUTAGE_MS ? { ok: true, ...word.scope } : { ok: false, code: error.code };
  }
}

/** A name that is left out is as the conversation has it. */
const isWithin = (scope: ScopeNames, stored: ScopeNames): boolean =>
  [stored.programId, null].includes(scope.programId) && [stored.designId, null].includes(scope.designId);

async function ask(deps: NamedScopesDeps, question: ScopeQuestion): Promise<FoundScope> {
  // From before the question: what changed later may not be in the answer.
  const askedAt = deps.now();
  const named = await deps.find(question.names);
  if (!named.found) {
    forgetWord(deps.sql, question);
    return { ok: false, code: 'NOT_FOUND', unknown: named.unknown };
  }
  const scope = { programId: named.programId, designId: named.designId };
  putWord(deps.sql, question, { scope, askedAt });
  return { ok: true, ...scope };
}

type Word = { readonly scope: ScopeNames; readonly askedAt: number };
type Row = { program_id: string | null; design_id: string | null; asked_at: number };

/** Case tells no two programs apart. */
const keyOf = ({ names }: ScopeQuestion): string =>
  JSON.stringify([names.programId, names.designId].map((name) => name?.toLowerCase() ?? null));

function readWord(sql: SqlStorage, question: ScopeQuestion): Word | null {
  const [row] = sql
    .exec<Row>(
      'select program_id, design_id, asked_at from named_scopes where org_id = ? and names = ?',
      question.orgId,
      keyOf(question),
    )
    .toArray();
  return row ? { scope: { programId: row.program_id, designId: row.design_id }, askedAt: row.asked_at } : null;
}

function putWord(sql: SqlStorage, question: ScopeQuestion, { scope, askedAt }: Word): void {
  sql.exec(
    'insert or replace into named_scopes (org_id, names, program_id, design_id, asked_at) values (?, ?, ?, ?, ?)',
    ...[question.orgId, keyOf(question), scope.programId, scope.designId, askedAt],
  );
  sql.exec('delete from named_scopes where seq <= (select max(seq) from named_scopes) - ?', KEPT);
}

function forgetWord(sql: SqlStorage, question: ScopeQuestion): void {
  sql.exec('delete from named_scopes where org_id = ? and names = ?', question.orgId, keyOf(question));
}
