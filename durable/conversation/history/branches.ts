// The turns of a conversation as a tree. A turn follows the one admitted before it, unless a row says that it starts a
// branch elsewhere. A conversation without branches has no rows.

import { databaseCache } from '../../sqlite-cache.ts';

/** The first turn of a branch. */
export type Branch = {
  readonly ordinal: number;
  /** The turn that it follows; 0 if it starts the conversation from the beginning. */
  readonly parent: number;
  /** The turn whose question it repeats; null if the question is different. */
  readonly repeats: number | null;
};

/** Turns that follow one another, both ends included. */
export type Range = { readonly first: number; readonly last: number };

/** As last read. */
const known = databaseCache<readonly Branch[]>();

export function readBranches(sql: SqlStorage): readonly Branch[] {
  const branches =
    known.get(sql) ?? sql.exec<Branch>('select ordinal, parent, repeats from branches order by ordinal').toArray();
  known.set(sql, branches);
  return branches;
}

/** Call it before the table is changed. */
export function forgetBranches(sql: SqlStorage): void {
  known.delete(sql);
}

export function insertBranch(sql: SqlStorage, { ordinal, parent, repeats }: Branch): void {
  forgetBranches(sql);
  sql.exec('insert into branches (ordinal, parent, repeats) values (?, ?, ?)', ordinal, parent, repeats);
}

export const parentOf = (branches: readonly Branch[], ordinal: number): number =>
  branches.find((branch) => branch.ordinal === ordinal)?.parent ?? ordinal - 1;

/** All turns up to this one, newest range first. */
export function pathTo(branches: readonly Branch[], ordinal: number): Range[] {
  const path: Range[] = [];
  for (let last = ordinal; last > 0; ) {
    const started = branches.findLast((branch) => branch.ordinal <= last);
    path.push({ first: started?.ordinal ?? 1, last });
    last = started?.parent ?? 0;
  }
  return path;
}

export const isOn = (path: readonly Range[], ordinal: number): boolean =>
  path.some(({ first, last }) => first <= ordinal && ordinal <= last);

/** The turns that follow directly on one, oldest first. */
function childrenOf(branches: readonly Branch[], parent: number, newest: number): number[] {
  const next = parent + 1;
  const isFollowed = next <= newest && !branches.some(({ ordinal }) => ordinal === next);
  const started = branches.filter((branch) => branch.parent === parent).map(({ ordinal }) => ordinal);
  return isFollowed ? [next, ...started] : started;
}

/** The last turn after this one, following the newest branch at each fork. */
export function leafUnder(branches: readonly Branch[], ordinal: number, newest: number): number {
  let leaf = ordinal;
  for (let next: number | undefined = leaf; next !== undefined; next = childrenOf(branches, leaf, newest).at(-1))
    leaf = next;
  return leaf;
}

/** The branches that start at the same point, as their first turns, oldest first. */
export type TurnVersions = {
  /** The newest turn of each question asked there; for its own question, the turn itself. */
  readonly questions: readonly number[];
  /** The turns that ask the same question. */
  readonly answers: readonly number[];
};

export function versionsOf(branches: readonly Branch[], ordinal: number, newest: number): TurnVersions {
  const asks = (turn: number): number => branches.find((branch) => branch.ordinal === turn)?.repeats ?? turn;
  const groups = Map.groupBy(childrenOf(branches, parentOf(branches, ordinal), newest), asks);
  const answers = groups.get(asks(ordinal)) ?? [ordinal];
  const questions = [...groups.values()].map((turns) => (turns === answers ? ordinal : (turns.at(-1) ?? ordinal)));
  return { questions, answers };
}
