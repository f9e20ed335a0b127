// Opened in a tab of its own by a page whose request needs a recent sign-in. That page and its forms stay as they are.
import { CircleCheck } from 'lucide-react';
import { useEffect } from 'react';
import { Button } from '../design/controls/button.tsx';
import { PageState } from '../design/page-state.tsx';
import { BareFrame } from '../frame/bare-frame.tsx';
import { announceSession } from '../request.ts';
import { SIGNED_IN_AGAIN } from './sign-in-again.tsx';
import { SignInOptions } from './sign-in-options.tsx';

export function SignInAgainPage() {
  const isDone = location.pathname + location.search === SIGNED_IN_AGAIN;
  useEffect(() => {
    document.title = 'Sign in again · Groundwire';
    if (isDone) announceSession();
  }, [isDone]);
  if (isDone)
    return (
      <BareFrame>
        <PageState
          level={1}
          icon={CircleCheck}
          title="You’re signed in"
          actions={
            <Button tone="primary" onClick={() => window.close()}>
              Close this tab
            </Button>
          }
        >
          Go back to the other tab and repeat the action.
        </PageState>
      </BareFrame>
    );
  return (
    <BareFrame>
      <div className="mx-auto flex w-full max-w-md flex-col gap-4 px-4 py-10">
        <h1 className="text-display font-semibold tracking-tight">Sign in again</h1>
        <p className="text-muted">Use the account that you are signed in with in the other tab.</p>
        <SignInOptions returnTo={SIGNED_IN_AGAIN} isFresh />
      </div>
    </BareFrame>
  );
}
