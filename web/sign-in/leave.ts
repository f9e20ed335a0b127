// Signing out: here, and at the identity provider where it has a page for that.
import { signOut } from '../api.ts';

export async function leave(): Promise<void> {
  const { next } = await signOut();
  location.assign(next);
}
