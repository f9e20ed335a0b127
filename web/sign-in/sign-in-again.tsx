// Shown where a request needs a recent sign-in. Signing in happens in another tab, so that this page keeps its forms.
import { KeyRound } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import type { Me } from '../../worker/api/identity/identity-schema.ts';
import { getCurrentMe } from '../api.ts';
import { Banner } from '../design/banner.tsx';
import { buttonStyle } from '../design/controls/button.tsx';
import { isPageOf, onSessionChange, pageIdentity } from '../request.ts';
import { compareIdentity, signInAgain } from './sign-in-again-address.ts';

/** @param retry the button that repeats the request, if there is one */
export function SignInAgain({ retry }: { retry?: ReactNode }) {
  const current = useChangedSession();
  if (current && isPageOf(current) && current.isSignInRecent)
    return (
      <Banner tone="neutral" icon={KeyRound} alert title="You’re signed in again" actions={retry}>
        Repeat the action. What you entered is still here.
      </Banner>
    );
  const link = (
    <a href={signInAgain(pageIdentity())} target="_blank" rel="noopener" className={buttonStyle('primary', 'small')}>
      Sign in again
    </a>
  );
  return (
    <Banner tone="notice" icon={KeyRound} alert title={titleOf(current)} actions={link}>
      This needs a recent sign-in. Nothing was changed, and what you entered stays here.
    </Banner>
  );
}

function titleOf(current: Me | null): string {
  const identity = pageIdentity();
  const found = current === null || identity === null ? 'same' : compareIdentity(current, identity);
  if (found === 'other-user') return `You signed in as ${current?.user.name}. Sign in with the account of this page`;
  if (found === 'other-org') return `You’re now in ${current?.org.name}. Switch back to continue`;
  return 'Sign in again to continue';
}

/** Who is signed in, after another tab signed in or out, or switched the organization. Null before that and when signed out. */
function useChangedSession(): Me | null {
  const [current, setCurrent] = useState<Me | null>(null);
  useEffect(() => {
    let asked = 0;
    return onSessionChange(() => {
      asked += 1;
      const question = asked;
      // An earlier answer that comes later is outdated.
      const show = (me: Me | null) => question === asked && setCurrent(me);
      getCurrentMe().then(show, () => show(null));
    });
  }, []);
  return current;
}
