// The demo issuer's few pages: who to be, and whether to sign out. Plain forms, no script.

export type DemoAccount = {
  readonly sub: string;
  readonly name: string;
  /** None where the issuer tells no address. */
  readonly email?: string;
  readonly emailVerified?: boolean;
};

/** @param action where the choice is sent */
export function accountsPage(accounts: readonly DemoAccount[], action: string): string {
  const choices = accounts.map(
    ({ sub, name, email }) =>
      `<li><button name="account" value="${quote(sub)}"><b>${quote(name)}</b> ${quote(email ?? 'no address')}</button></li>`,
  );
  return page(
    'Demo issuer',
    `<p>A certified OpenID provider with made-up people, for trying the browser sign-in. Choose who to be.</p>
    <form method="post" action="${quote(action)}"><ul>${choices.join('')}</ul>
    <button name="account" value="">Do not sign in</button></form>`,
  );
}

/** @param form the provider's own, with its token against forged requests */
export const signOutPage = (form: string): string =>
  page(
    'Sign out of the demo issuer?',
    `${form}<button form="op.logoutForm" name="logout" value="yes">Sign out</button>`,
  );

export const plainPage = (title: string, text: string): string => page(title, `<p>${quote(text)}</p>`);

const page = (title: string, content: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${quote(title)}</title><style>
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; } main { max-width: 28rem; margin: 12vh auto; padding: 0 1rem; }
ul { list-style: none; padding: 0; } li { margin: .5rem 0; } button { font: inherit; padding: .5rem .75rem; width: 100%; text-align: start; }
</style></head><body><main><h1>${quote(title)}</h1>${content}</main></body></html>`;

const quote = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
