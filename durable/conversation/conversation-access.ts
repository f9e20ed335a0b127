// Who has access to a conversation: its owner, or the members of a shared place. The id alone shows which, even before
// anything is stored, so that a private conversation can't be created in place of a shared one.

import type { SessionDraft } from '../contracts/session.ts';
import type { SharedPlace, ViewedScope } from '../packs/pack.ts';
import type { Access } from '../principal.ts';
import type { ConversationDeps } from './deps.ts';
import { beginSession, type Session } from './session.ts';

/** The version digit of a UUID. Version 8 has no defined meaning; here it marks the id of a shared place. */
export const isPlaceId = (sessionId: string): boolean => sessionId.charAt(14) === '8';

type AccessDeps = Pick<ConversationDeps, 'members' | 'session' | 'id'>;

/** True if Postgres decides who takes part, even before the first message. */
export function isSharedPlace({ session, id }: Pick<ConversationDeps, 'session' | 'id'>): boolean {
  const known = session.get();
  return known ? known.audience === 'shared' : isPlaceId(id());
}

/**
 * Asks Postgres about this user's access to a shared place, unless the cached result is fresh. The functions below use that
 * result. A private conversation needs no query.
 * @throws AppError DATABASE_UNAVAILABLE
 */
export async function arrive(deps: AccessDeps, access: Access): Promise<void> {
  if (isSharedPlace(deps)) await deps.members.learn(access);
}

const maySee = ({ members }: Pick<AccessDeps, 'members'>, session: Session, access: Access): boolean =>
  session.orgId === access.orgId &&
  (session.audience === 'shared' ? members.get(access) !== null : session.ownerId === access.userId);

/** Whether `access` can write here, and in which place: null in `place` for a private conversation; null without access. */
export function enterConversation(deps: AccessDeps, access: Access): { readonly place: SharedPlace | null } | null {
  if (deps.session.get() && !getVisible(deps, access)) return null;
  if (!isSharedPlace(deps)) return { place: null };
  const place = deps.members.get(access);
  return place && { place };
}

/** The initial state of a conversation that `access` starts, shared or private. */
export const beginAt = (place: SharedPlace | null, draft: SessionDraft, access: Access, now: number): Session =>
  beginSession(access, draftAt(place, draft), place ? 'shared' : 'private', now);

/** A shared conversation has its place's name, and no model of its own. */
const draftAt = (place: SharedPlace | null, draft: SessionDraft): SessionDraft =>
  place
    ? {
        id: draft.id,
        title: place.title,
        model: null,
        programId: idOf(place.view.program),
        designId: idOf(place.view.design),
      }
    : draft;

const idOf = (view: ViewedScope | null): string | null => view?.id ?? null;

/** The session, if `access` may take part in it and it wasn't deleted. */
export function getVisible(deps: Pick<AccessDeps, 'members' | 'session'>, access: Access): Session | null {
  const session = deps.session.get();
  return session && session.deletedAt === null && maySee(deps, session, access) ? session : null;
}

/** True even before the first message in a shared place, so that users can open it and wait. */
export const mayOpen = (deps: AccessDeps, access: Access): boolean =>
  getVisible(deps, access) !== null || getUnstarted(deps, access) !== null;

/** A shared conversation without messages. It isn't stored yet. */
export function getUnstarted(deps: AccessDeps, access: Access): Session | null {
  const place = deps.session.get() ? null : deps.members.get(access);
  if (!place) return null;
  const draft = { id: deps.id(), title: null, model: null, programId: null, designId: null };
  return { ...beginAt(place, draft, access, place.openedAt), version: 0 };
}
