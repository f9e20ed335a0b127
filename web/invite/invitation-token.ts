// The invitation token. The link carries it after `#`, which browsers don't send to servers. Session storage keeps it in
// this tab during sign-in.

const KEY = 'groundwire.invitation';

/** Moves the token from the URL to session storage and returns it; null if there is none. */
export function takeInvitation(): string | null {
  const token = location.hash.slice(1);
  if (token !== '') {
    sessionStorage.setItem(KEY, token);
    // Keeps the token out of the address bar and the history.
    history.replaceState(history.state, '', location.pathname);
  }
  return storedInvitation();
}

export const storedInvitation = (): string | null => sessionStorage.getItem(KEY);

export const forgetInvitation = (): void => sessionStorage.removeItem(KEY);
