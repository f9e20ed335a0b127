// Shown where a request needs a recent sign-in. Signing in happens in another tab, so that this page keeps its forms.
import { KeyRound } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { getCurrentMe } from '../api.ts';
import { Banner } from '../design/banner.tsx';
import { buttonStyle } from '../design/controls/button.tsx';
import { isPageOf, onSessionChange } from '../request.ts';

export const SIGN_IN_AGAIN = '/sign-in-again';
export const SIGNED_IN_AGAIN = `${SIGN_IN_AGAIN}?done=1`;

const signInLink = (tone: 'primary' | 'plain') => (
  <a href={SIGN_IN_AGAIN} target="_blank" rel="noopener" className={buttonStyle(tone, 'small')}>
    Sign in again
  </a>
);

/** @param retry the button that repeats the request, if there is one */
export function SignInAgain({ retry }: { retry?: ReactNode }) {
  const [isDone, setDone] = useState(false);
  useEffect(
    () =>
      onSessionChange(() => {
        // Another tab can also have signed out, or in as someone else.
        getCurrentMe().then(
          (me) => setDone(isPageOf(me)),
          () => setDone(false),
        );
      }),
    [],
  );
  if (isDone)
    return (
      <Banner
        tone="neutral"
        icon={KeyRound}
        alert
        title="You’re signed in again"
        actions={
          <>
            {retry}
            {/* The other tab may have switched the organization instead. */}
            {signInLink('plain')}
          </>
        }
      >
        Repeat the action. What you entered is still here.
      </Banner>
    );
  return (
    <Banner tone="notice" icon={KeyRound} alert title="Sign in again to continue" actions={signInLink('primary')}>
      This needs a recent sign-in. Nothing was changed, and what you entered stays here.
    </Banner>
  );
}
