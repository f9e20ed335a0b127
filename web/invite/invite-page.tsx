// The invitation page: who invited the user, signing in with the invited email, and joining.
import { useQuery } from '@tanstack/react-query';
import { MailX, type UserRoundPlus, WifiOff } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { OpenInvitation } from '../../worker/api/members/members-schema.ts';
import { lookAtInvitation } from '../api.ts';
import { Button, buttonStyle } from '../design/controls/button.tsx';
import { Logo } from '../design/logo.tsx';
import { PageState } from '../design/page-state.tsx';
import { LoadingFrame } from '../frame/bare-frame.tsx';
import { Problem } from '../problem.ts';
import { useMe } from '../queries.ts';
import { SignInOptions } from '../sign-in/sign-in-options.tsx';
import { forgetInvitation, takeInvitation } from './invitation-token.ts';
import { Join } from './join.tsx';

export function InvitePage() {
  const [token] = useState(takeInvitation);
  const { data, error, refetch } = useQuery({
    queryKey: ['invitation', token],
    queryFn: () => fetchInvitation(token ?? ''),
    enabled: token !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (token === null) {
    return (
      <ClosedInvitation icon={MailX} title="No invitation here">
        The invitation link is incomplete. Copy all of it.
      </ClosedInvitation>
    );
  }
  if (error instanceof Problem && error.status === 404) {
    return (
      <ClosedInvitation icon={MailX} title="This invitation is no longer open">
        {error.detail} Ask the person who invited you for a new one.
      </ClosedInvitation>
    );
  }
  if (error) {
    return (
      <ClosedInvitation
        icon={WifiOff}
        title="The invitation couldn’t be loaded"
        actions={
          <Button tone="primary" onClick={() => void refetch()}>
            Try again
          </Button>
        }
      >
        {error instanceof Problem ? error.detail : 'Try again in a minute.'}
      </ClosedInvitation>
    );
  }
  return data ? <Open invitation={data} token={token} /> : <LoadingFrame />;
}

/** Forgets a closed invitation, so the app doesn't return to it. */
async function fetchInvitation(token: string): Promise<OpenInvitation> {
  try {
    return await lookAtInvitation(token);
  } catch (error) {
    if (error instanceof Problem && error.status === 404) forgetInvitation();
    throw error;
  }
}

function Open({ invitation, token }: { invitation: OpenInvitation; token: string }) {
  const { data: me, error } = useMe();
  const isUnknown = error instanceof Problem && error.status === 401;
  return (
    <main className="h-dvh overflow-y-auto bg-canvas">
      <div className="mx-auto flex min-h-full w-full max-w-md flex-col justify-center gap-6 px-4 py-10">
        <header className="flex flex-col items-start gap-4">
          <Logo size={40} />
          <div className="flex flex-col gap-1">
            <h1 className="text-display font-semibold tracking-tight">Join {invitation.org.name}</h1>
            <p className="text-muted">{invitation.invitedBy} invited you to use its assistant.</p>
          </div>
        </header>
        <Facts invitation={invitation} />
        {isUnknown && (
          <section aria-label="Sign in" className="flex flex-col gap-3">
            <p>Sign in with {invitation.email} to join.</p>
            <SignInOptions returnTo="/invite" />
          </section>
        )}
        {(me !== undefined || (error !== null && !isUnknown)) && (
          <Join invitation={invitation} token={token} me={me ?? null} />
        )}
      </div>
    </main>
  );
}

function Facts({ invitation }: { invitation: OpenInvitation }) {
  const expires = new Date(invitation.expiresAt).toLocaleDateString(undefined, { dateStyle: 'long' });
  const rows = [
    ['For', invitation.email],
    ['Role', invitation.role],
    ['Open until', expires],
  ];
  return (
    <dl className="overflow-hidden rounded-card border border-line-strong bg-raised shadow-raised">
      {rows.map(([label, value]) => (
        <div key={label} className="flex gap-4 border-line-strong px-4 py-2.5 not-first:border-t">
          <dt className="w-24 shrink-0 text-muted">{label}</dt>
          <dd className="min-w-0 break-words">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

type ClosedInvitationProps = { icon: typeof UserRoundPlus; title: string; actions?: ReactNode; children: ReactNode };

const ClosedInvitation = ({ icon, title, actions, children }: ClosedInvitationProps) => (
  <main className="flex h-dvh bg-canvas">
    <PageState
      level={1}
      icon={icon}
      title={title}
      actions={
        <>
          {actions}
          <a href="/" className={buttonStyle('plain', 'medium')}>
            Open Groundwire
          </a>
        </>
      }
    >
      {children}
    </PageState>
  </main>
);
