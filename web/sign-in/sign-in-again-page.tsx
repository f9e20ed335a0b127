// Opened in a tab of its own by a page whose request needs a recent sign-in. That page and its forms stay as they are.
import { useQuery } from '@tanstack/react-query';
import { CircleCheck, type LucideIcon, UserRoundX, WifiOff } from 'lucide-react';
import { type ReactNode, useEffect } from 'react';
import { getCurrentMe } from '../api.ts';
import { Button } from '../design/controls/button.tsx';
import { PageState } from '../design/page-state.tsx';
import { BareFrame, LoadingFrame } from '../frame/bare-frame.tsx';
import { Problem } from '../problem.ts';
import { announceSession } from '../request.ts';
import { compareIdentity, signedInAgain } from './sign-in-again-address.ts';
import { SignInOptions } from './sign-in-options.tsx';

export function SignInAgainPage() {
  const search = new URLSearchParams(location.search);
  const openedFor = search.get('for');
  useEffect(() => {
    document.title = 'Sign in again · Groundwire';
  }, []);
  if (search.has('done')) return <Done openedFor={openedFor} />;
  return (
    <BareFrame>
      <Choices title="Sign in again" openedFor={openedFor}>
        Use the account that you are signed in with in the other tab.
      </Choices>
    </BareFrame>
  );
}

function Choices({ title, openedFor, children }: { title: string; openedFor: string | null; children: ReactNode }) {
  return (
    <div className="mx-auto flex w-full max-w-md flex-col gap-4 px-4 py-10">
      <h1 className="text-display font-semibold tracking-tight">{title}</h1>
      <p className="text-muted">{children}</p>
      <SignInOptions returnTo={signedInAgain(openedFor)} isFresh />
    </div>
  );
}

/** Says "done" only if the user and the organization are those of the page that asked. */
function Done({ openedFor }: { openedFor: string | null }) {
  const {
    data: me,
    error,
    refetch,
  } = useQuery({
    queryKey: ['signed-in-again'],
    queryFn: () => getCurrentMe().finally(announceSession),
    retry: false,
    refetchOnWindowFocus: 'always',
  });
  if (error instanceof Problem && (error.status === 401 || error.code === 'NO_MEMBERSHIP'))
    return (
      <BareFrame>
        <Choices title="Sign in again" openedFor={openedFor}>
          {error.status === 401
            ? 'You’re signed out. Use the account that you used in the other tab.'
            : 'The account that you signed in with has no organization. Use the one that you used in the other tab.'}
        </Choices>
      </BareFrame>
    );
  if (error !== null)
    return (
      <Ending icon={WifiOff} title="Couldn’t check who signed in" action={{ label: 'Try again', onClick: refetch }}>
        Check your connection, then try again.
      </Ending>
    );
  if (me === undefined) return <LoadingFrame />;
  const found = openedFor === null ? 'same' : compareIdentity(me, openedFor);
  if (found === 'other-user')
    return (
      <BareFrame>
        <Choices title={`You signed in as ${me.user.name}`} openedFor={openedFor}>
          The other tab was opened by someone else. To continue there, sign in with the account that it shows.
        </Choices>
      </BareFrame>
    );
  if (found === 'other-org')
    return (
      <Ending icon={UserRoundX} title={`You’re now in ${me.org.name}`} action={CLOSE}>
        The other tab shows another organization. Switch back there, then repeat the action.
      </Ending>
    );
  if (!me.isSignInRecent)
    return (
      <BareFrame>
        <Choices title="Sign in again" openedFor={openedFor}>
          Your last sign-in isn’t recent enough for this change.
        </Choices>
      </BareFrame>
    );
  return (
    <Ending icon={CircleCheck} title={`You’re signed in as ${me.user.name}`} action={CLOSE}>
      Go back to the other tab and repeat the action.
    </Ending>
  );
}

const CLOSE = { label: 'Close this tab', onClick: () => window.close() };

type EndingProps = {
  icon: LucideIcon;
  title: string;
  action: { label: string; onClick: () => unknown };
  children: ReactNode;
};

const Ending = ({ icon, title, action, children }: EndingProps) => (
  <BareFrame>
    <PageState
      level={1}
      icon={icon}
      title={title}
      actions={
        <Button tone="primary" onClick={() => void action.onClick()}>
          {action.label}
        </Button>
      }
    >
      {children}
    </PageState>
  </BareFrame>
);
