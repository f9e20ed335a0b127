// The token of an invitation, from the link to the moment when it is taken up. The link has it behind `#`, which no server
// sees; on the way to the identity provider and back it waits in this tab.

const KEY = 'groundwire.invitation';

/** Takes the token out of the address, where there is one, and remembers it; null where there is none. */
export function takeInvitation(): string | null {
  const token = location.hash.slice(1);
  if (token !== '') {
    sessionStorage.setItem(KEY, token);
    // Out of sight, and out of the history.
    history.replaceState(history.state, '', location.pathname);
  }
  return keptInvitation();
}

export const keptInvitation = (): string | null => sessionStorage.getItem(KEY);

export const forgetInvitation = (): void => sessionStorage.removeItem(KEY);
