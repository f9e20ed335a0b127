// What a conversation and its turns are about. Names were looked up on their way here: from now on there are ids only.
import type { ScopeIds } from '../packs/pack.ts';

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * True where it is known which program it is, or that it is none. Earlier releases kept what a client named as it was, and
 * a design without its program.
 */
export const isSettled = ({ programId, designId }: ScopeIds): boolean =>
  programId === null ? designId === null : ID.test(programId);

/** A conversation is about the first program that is named in it, for good. */
export function settledScope(session: ScopeIds, named: ScopeIds): ScopeIds {
  const isOpen = session.programId === null || !isSettled(session);
  const { programId, designId } = isOpen && named.programId !== null ? named : session;
  return { programId, designId };
}

/** A turn may be about another program than its conversation; the conversation's design is none of that one then. */
export function scopeOfTurn(session: ScopeIds | null, named: ScopeIds): ScopeIds {
  const programId = named.programId ?? session?.programId ?? null;
  const isOfSession = programId === (session?.programId ?? null);
  return { programId, designId: named.designId ?? (isOfSession ? (session?.designId ?? null) : null) };
}

/**
 * Whose settings count, the one that decides first. The conversation's own program does, whatever a message names or leaves
 * out; a message may name another one, whose switch counts as well.
 */
export function programsOf(session: ScopeIds | null, named: ScopeIds): string[] {
  const own = session?.programId ?? null;
  const programs = session && isSettled(session) ? [own, named.programId] : [named.programId, own];
  return programs.filter((program) => program !== null);
}
