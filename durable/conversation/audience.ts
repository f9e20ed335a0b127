// Whose a conversation is: one person's, or that of a place which several people share. Both are told apart before anything
// is stored, by the id alone, so that nobody can make a private conversation where a shared one belongs.
import type { InView, SharedPlace } from '../packs/pack.ts';
import type { Access } from '../principal.ts';
import type { ConversationDeps } from './deps.ts';
import type { SessionDraft } from './requests.ts';
import { beginSession, type Session } from './session.ts';

/** The version digit of a UUID. Version 8 is for whoever defines it: here it marks what the database calls a place. */
export const isPlaceId = (sessionId: string): boolean => sessionId.charAt(14) === '8';

type Asked = Pick<ConversationDeps, 'members' | 'session' | 'id'>;

/** True where the database says who takes part, also before anybody has said anything. */
export function isSharedPlace({ session, id }: Pick<ConversationDeps, 'session' | 'id'>): boolean {
  const known = session.get();
  return known ? known.audience === 'shared' : isPlaceId(id());
}

/**
 * Asks the database, where it is a shared place and the last word on this person is not fresh; the functions below go by
 * that word. Nothing is asked for a conversation of one person.
 * @throws AppError DATABASE_UNAVAILABLE
 */
export async function arrive(deps: Asked, access: Access): Promise<void> {
  if (isSharedPlace(deps)) await deps.members.learn(access);
}

/** True where `access` may see this conversation and take part in it. */
const maySee = ({ members }: Pick<Asked, 'members'>, session: Session, access: Access): boolean =>
  session.orgId === access.orgId &&
  (session.audience === 'shared' ? members.get(access) !== null : session.ownerId === access.userId);

/** What `access` enters to say something there: a place, a conversation of their own or a new one; null for no way in. */
export function enter(deps: Asked, access: Access): { readonly place: SharedPlace | null } | null {
  if (deps.session.get() && !getVisible(deps, access)) return null;
  if (!isSharedPlace(deps)) return { place: null };
  const place = deps.members.get(access);
  return place && { place };
}

/** The first state of a conversation that `access` begins, at a place or for themselves. */
export const beginAt = (place: SharedPlace | null, draft: SessionDraft, access: Access, now: number): Session =>
  beginSession(access, draftAt(place, draft), place ? 'shared' : 'private', now);

/** A conversation before anything was said in it: that of a place is called after it, and set to nobody's model. */
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

const idOf = (view: InView | null): string | null => view?.id ?? null;

/** The session where `access` may take part in it and it was not deleted. */
export function getVisible(deps: Pick<Asked, 'members' | 'session'>, access: Access): Session | null {
  const session = deps.session.get();
  return session && session.deletedAt === null && maySee(deps, session, access) ? session : null;
}

/** True also at a place where nobody has said anything yet: one can come there and wait. */
export const mayOpen = (deps: Asked, access: Access): boolean =>
  getVisible(deps, access) !== null || getUnbegun(deps, access) !== null;

/** A shared place in which nobody has said anything yet, as a conversation that is stored nowhere. */
export function getUnbegun(deps: Asked, access: Access): Session | null {
  const place = deps.session.get() ? null : deps.members.get(access);
  if (!place) return null;
  const draft = { id: deps.id(), title: null, model: null, programId: null, designId: null };
  return { ...beginAt(place, draft, access, place.openedAt), version: 0 };
}
