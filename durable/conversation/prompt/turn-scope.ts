// The program and design that a conversation and its turns are about. The Worker has resolved the names; this file only has
// ids.
import type { ScopeIds } from '../../packs/pack.ts';

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * True if the program is known by its id, or known to be none. Earlier releases stored the name that a client sent, and a
 * design without its program.
 */
export const isSettled = ({ programId, designId }: ScopeIds): boolean =>
  programId === null ? designId === null : ID.test(programId);

/** A conversation keeps the first program that is named in it. */
export function settledScope(session: ScopeIds, named: ScopeIds): ScopeIds {
  const isOpen = session.programId === null || !isSettled(session);
  const { programId, designId } = isOpen && named.programId !== null ? named : session;
  return { programId, designId };
}

/** A turn can be about another program than its conversation. Then the conversation's design doesn't apply. */
export function scopeOfTurn(session: ScopeIds | null, named: ScopeIds): ScopeIds {
  const programId = named.programId ?? session?.programId ?? null;
  const isOfSession = programId === (session?.programId ?? null);
  return { programId, designId: named.designId ?? (isOfSession ? (session?.designId ?? null) : null) };
}

/**
 * The programs whose settings apply; the first one decides. That is the conversation's own program, whatever a message
 * names. If a message names another one, that program's off switch applies too.
 */
export function programsOf(session: ScopeIds | null, named: ScopeIds): string[] {
  const own = session?.programId ?? null;
  const programs = session && isSettled(session) ? [own, named.programId] : [named.programId, own];
  return programs.filter((program) => program !== null);
}
