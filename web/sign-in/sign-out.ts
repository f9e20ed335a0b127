// Signs out here and at the identity provider, if it has a sign-out page.
import { signOut as requestSignOut } from '../api.ts';

export async function signOut(): Promise<void> {
  const { next } = await requestSignOut();
  location.assign(next);
}
