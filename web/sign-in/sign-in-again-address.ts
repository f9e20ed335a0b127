// The address of the tab in which the user signs in again. It names the user and organization of the page that opened it, so
// that the tab can tell whether someone else signed in.
import type { Me } from '../../worker/api/identity/identity-schema.ts';
import { identityOf } from '../request.ts';

const PATH = '/sign-in-again';

/** @param openedFor `<user id>/<org id>` of the page; null if it has none */
export const signInAgain = (openedFor: string | null): string => `${PATH}${searchOf(openedFor, {})}`;

/** Where the sign-in ends. */
export const signedInAgain = (openedFor: string | null): string => `${PATH}${searchOf(openedFor, { done: '1' })}`;

function searchOf(openedFor: string | null, rest: Record<string, string>): string {
  const search = new URLSearchParams({ ...rest, ...(openedFor !== null && { for: openedFor }) }).toString();
  return search === '' ? '' : `?${search}`;
}

/** Who signed in, compared with whom the page was loaded for. */
export function compareIdentity(me: Me, openedFor: string): 'same' | 'other-user' | 'other-org' {
  if (identityOf(me) === openedFor) return 'same';
  return openedFor.startsWith(`${me.user.id}/`) ? 'other-org' : 'other-user';
}
