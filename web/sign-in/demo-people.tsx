// The demo users of a local stack. Anyone can sign in as any of them.
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type DemoPerson, signInAsDemo } from '../api.ts';
import { Avatar } from '../design/avatar.tsx';
import { Problem } from '../problem.ts';
import { KEYS } from '../queries.ts';
import { hasPageIdentity } from '../request.ts';

type DemoPeopleProps = {
  people: readonly DemoPerson[];
  /** Opened after sign-in instead of the current page. */
  returnTo?: string;
};

export function DemoPeople({ people, returnTo }: DemoPeopleProps) {
  const queries = useQueryClient();
  const [busy, setBusy] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const enter = async (email: string) => {
    setBusy(email);
    setProblem(null);
    try {
      await signInAsDemo(email);
      // A page keeps the identity it was loaded for, so the next user gets a new one.
      if (returnTo !== undefined) location.assign(returnTo);
      else if (hasPageIdentity()) location.reload();
      else await queries.resetQueries({ queryKey: KEYS.me });
    } catch (error) {
      setProblem(error instanceof Problem ? error.detail : 'Sign-in failed. Try again.');
      setBusy(null);
    }
  };
  return (
    <div className="flex flex-col gap-5">
      {problem && (
        <p role="alert" className="rounded-card bg-danger p-3 text-on-danger">
          {problem}
        </p>
      )}
      {[...Map.groupBy(people, (person) => person.orgs[0]?.name ?? 'No organization')].map(([org, members]) => (
        <section key={org} aria-label={org} className="flex flex-col gap-2">
          <h2 className="text-small font-medium text-muted">{org}</h2>
          <ul className="overflow-hidden rounded-card border border-line-strong bg-raised shadow-raised">
            {members.map((person) => (
              <li key={person.email} className="border-line-strong not-first:border-t">
                <button
                  type="button"
                  disabled={busy !== null}
                  onClick={() => void enter(person.email)}
                  className="flex w-full items-center gap-3 px-3 py-2.5 text-start -outline-offset-2 transition-colors hover:bg-hover"
                >
                  <Avatar name={person.name} />
                  <span className="flex min-w-0 grow flex-col">
                    <span className="truncate font-medium">{person.name}</span>
                    <span className="text-small break-words text-muted">{personNote(person) ?? person.email}</span>
                  </span>
                  <span className="shrink-0 text-small text-muted">
                    {busy === person.email ? 'Signing in…' : person.orgs[0]?.role}
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

/** What this demo user shows, if anything special. */
function personNote(person: DemoPerson): string | null {
  const [first, ...others] = person.orgs;
  if (others.length > 0) return `${person.email} · also ${others.map((org) => org.name).join(', ')}`;
  return first?.aiAssistant === false ? `${person.email} · assistant off` : null;
}
