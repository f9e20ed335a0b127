// The branch of a conversation that is shown: what follows it, and what of it a model is sent.
import { type Branch, insertBranch, isOn, parentOf, pathTo, type Range, readBranches } from './branches.ts';
import type { Session } from './session.ts';
import { nextOrdinal } from './transcript.ts';

/** What a request to a model goes by besides the words. */
export type Thread = {
  parentOf(ordinal: number): number;
  readonly cacheKey: string;
  readonly ownerId: string;
};

type Shown = Pick<Session, 'id' | 'ownerId' | 'cacheKey' | 'shown'>;

export function threadOf(sql: SqlStorage, { id, ownerId, cacheKey }: Shown): Thread {
  const branches = readBranches(sql);
  return { parentOf: (ordinal) => parentOf(branches, ordinal), cacheKey: cacheKey ?? id, ownerId };
}

/** The same with a turn that is not admitted. `session` is null where none was begun. */
export function draftedThread(
  sql: SqlStorage,
  session: Shown | null,
  draft: { readonly ordinal: number; readonly id: string; readonly ownerId: string },
): Thread {
  if (!session) return { parentOf: (ordinal) => ordinal - 1, cacheKey: draft.id, ownerId: draft.ownerId };
  const thread = threadOf(sql, session);
  const last = session.shown ?? draft.ordinal - 1;
  return { ...thread, parentOf: (ordinal) => (ordinal === draft.ordinal ? last : thread.parentOf(ordinal)) };
}

/** The turns that are shown, newest range first. */
export const shownPath = (sql: SqlStorage, session: Pick<Session, 'shown'>): Range[] =>
  pathTo(readBranches(sql), session.shown ?? nextOrdinal(sql) - 1);

/**
 * Puts a new turn behind what is shown, or where its branch begins. Part of the commit that admits it; answers the session
 * as it is then, which shows the new turn.
 */
export function placeTurn(
  sql: SqlStorage,
  session: Session,
  ordinal: number,
  branch: Pick<Branch, 'parent' | 'repeats'> | null,
): Session {
  const { parent, repeats } = branch ?? { parent: session.shown ?? ordinal - 1, repeats: null };
  if (parent !== ordinal - 1 || repeats !== null) insertBranch(sql, { ordinal, parent, repeats });
  return showTurn(sql, session, { leaf: ordinal, isNewest: true });
}

/** The session with another branch shown. What it sends to a model begins where that branch has a place to begin. */
export function showTurn(
  sql: SqlStorage,
  session: Session,
  { leaf, isNewest }: { readonly leaf: number; readonly isNewest: boolean },
): Session {
  const shown = isNewest ? null : leaf;
  const holds = session.historyFrom === 0 || isOn(pathTo(readBranches(sql), leaf), session.historyFrom);
  return { ...session, shown, historyFrom: holds ? session.historyFrom : 0 };
}
