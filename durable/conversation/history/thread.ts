// The shown branch of a conversation: which turns are on it, where the next one goes, and which other branches there are.

import type { ShownVersions } from '../../contracts/conversation.ts';
import type { Session } from '../session.ts';
import {
  type Branch,
  insertBranch,
  isOn,
  leafUnder,
  parentOf,
  pathTo,
  type Range,
  readBranches,
  versionsOf,
} from './branches.ts';
import { hasCall, nextOrdinal, type TranscriptPage } from './transcript.ts';

/** The data about the branch that a request to a model needs. */
export type Thread = {
  parentOf(ordinal: number): number;
  /** The turns before this one, newest range first. */
  pathBefore(ordinal: number): readonly Range[];
  readonly hasBranches: boolean;
  readonly cacheKey: string;
  readonly ownerId: string;
  /** Whether a call on any branch has this id. */
  isCallIdTaken(id: string): boolean;
};

type ThreadSession = Pick<Session, 'id' | 'ownerId' | 'cacheKey' | 'shown'>;

export function threadOf(sql: SqlStorage, { id, ownerId, cacheKey }: ThreadSession): Thread {
  const branches = readBranches(sql);
  return {
    parentOf: (ordinal) => parentOf(branches, ordinal),
    pathBefore: (ordinal) => pathTo(branches, parentOf(branches, ordinal)),
    hasBranches: branches.length > 0,
    cacheKey: cacheKey ?? id,
    ownerId,
    isCallIdTaken: (callId) => hasCall(sql, callId),
  };
}

/** The same for a turn that isn't admitted. `session` is null if the conversation hasn't started. */
export function draftedThread(
  sql: SqlStorage,
  session: ThreadSession | null,
  draft: { readonly ordinal: number; readonly id: string; readonly ownerId: string },
): Thread {
  if (!session) {
    const { id: cacheKey, ownerId } = draft;
    return {
      parentOf: (ordinal) => ordinal - 1,
      pathBefore: () => [],
      hasBranches: false,
      cacheKey,
      ownerId,
      isCallIdTaken: () => false,
    };
  }
  const thread = threadOf(sql, session);
  const last = session.shown ?? draft.ordinal - 1;
  return {
    ...thread,
    parentOf: (ordinal) => (ordinal === draft.ordinal ? last : thread.parentOf(ordinal)),
    pathBefore: (ordinal) => (ordinal === draft.ordinal ? pathTo(readBranches(sql), last) : thread.pathBefore(ordinal)),
  };
}

/** The shown turns, newest range first. */
export const shownPath = (sql: SqlStorage, session: Pick<Session, 'shown'>): Range[] =>
  pathTo(readBranches(sql), session.shown ?? nextOrdinal(sql) - 1);

/**
 * Puts a new turn after the shown ones, or where its branch starts. Part of the commit that admits it. Returns the session
 * that shows the new turn.
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

/**
 * The session with another branch shown. If the start of the model's history isn't on that branch, the history starts from
 * the beginning.
 */
export function showTurn(
  sql: SqlStorage,
  session: Session,
  { leaf, isNewest }: { readonly leaf: number; readonly isNewest: boolean },
): Session {
  const shown = isNewest ? null : leaf;
  const isOnBranch = session.historyFrom === 0 || isOn(pathTo(readBranches(sql), leaf), session.historyFrom);
  return { ...session, shown, historyFrom: isOnBranch ? session.historyFrom : 0 };
}

/** The last turn of the newest branch through this one. */
export const endOfBranch = (sql: SqlStorage, ordinal: number): number =>
  leafUnder(readBranches(sql), ordinal, nextOrdinal(sql) - 1);

/** The other questions and answers at each question of a page that has any, by its message's id. */
export function shownVersions(sql: SqlStorage, { messages, ordinals }: TranscriptPage): Map<string, ShownVersions> {
  const branches = readBranches(sql);
  if (branches.length === 0) return new Map();
  const newest = nextOrdinal(sql) - 1;
  return new Map(
    messages.flatMap((message, index) => {
      const ordinal = ordinals[index];
      if (message.role !== 'user' || ordinal === undefined) return [];
      const { questions, answers } = versionsOf(branches, ordinal, newest);
      if (questions.length + answers.length < 3) return [];
      const idsOf = (turns: readonly number[]): string[] => turns.flatMap((turn) => questionIdOf(sql, turn) ?? []);
      return [[message.id, { questions: idsOf(questions), answers: idsOf(answers) }] as const];
    }),
  );
}

const questionIdOf = (sql: SqlStorage, ordinal: number): string | null =>
  sql
    .exec<{ id: string }>(
      "select id from messages where ordinal = ? and role = 'user' order by position limit 1",
      ordinal,
    )
    .toArray()[0]?.id ?? null;
