// The page of someone who is not signed in. A local stack offers its demo identities; elsewhere sign-in is the product's.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { LogIn } from 'lucide-react';
import { useState } from 'react';
import { type DemoPerson, getDemoPeople, signInAsDemo } from '../api.ts';
import { Avatar } from '../design/avatar.tsx';
import { Button } from '../design/button.tsx';
import { Logo } from '../design/logo.tsx';
import { Skeleton } from '../design/skeleton.tsx';
import { Problem } from '../problem.ts';
import { KEYS } from '../queries.ts';

export function SignInPage() {
  const { data, isPending, isError, refetch } = useQuery({
    queryKey: ['demo-people'],
    queryFn: getDemoPeople,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <main className="h-dvh overflow-y-auto bg-canvas">
      <div className="mx-auto flex min-h-full w-full max-w-md flex-col justify-center gap-6 px-4 py-10">
        <header className="flex flex-col items-start gap-4">
          <Logo size={40} />
          <div className="flex flex-col gap-1">
            <h1 className="text-display font-semibold tracking-tight">Sign in to Groundwire</h1>
            <p className="text-muted">
              {data ? 'This is a local stack. Choose who to be.' : 'An assistant that sees only what you may see.'}
            </p>
          </div>
        </header>
        {isPending && <Skeleton lines={['w-full', 'w-full', 'w-full']} />}
        {isError && (
          <div className="flex flex-col items-start gap-3 rounded-card border border-line-strong bg-raised p-4">
            <p>The server does not answer. Check your connection, then try again.</p>
            <Button onClick={() => void refetch()}>Try again</Button>
          </div>
        )}
        {data && <People people={data} />}
        {data === null && <ProductSignIn />}
      </div>
    </main>
  );
}

function People({ people }: { people: readonly DemoPerson[] }) {
  const queries = useQueryClient();
  const [busy, setBusy] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const enter = async (email: string) => {
    setBusy(email);
    setProblem(null);
    try {
      await signInAsDemo(email);
      await queries.resetQueries({ queryKey: KEYS.me });
    } catch (error) {
      setProblem(error instanceof Problem ? error.detail : 'Signing in did not work. Try again.');
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
      {[...Map.groupBy(people, (person) => person.orgs[0]?.name ?? 'No organisation')].map(([org, members]) => (
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
                    <span className="text-small break-words text-muted">{noteOn(person) ?? person.email}</span>
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

/** What is special about trying this person, if anything. */
function noteOn(person: DemoPerson): string | null {
  const [first, ...others] = person.orgs;
  if (others.length > 0) return `${person.email} · also ${others.map((org) => org.name).join(', ')}`;
  return first?.aiAssistant === false ? `${person.email} · assistant off` : null;
}

function ProductSignIn() {
  const queries = useQueryClient();
  return (
    <div className="flex flex-col items-start gap-4 rounded-card border border-line-strong bg-raised p-5 shadow-raised">
      <p>
        Groundwire runs beside your team’s product and uses its sign-in. Sign in there, then come back to this page.
      </p>
      <p className="text-small text-muted">
        Programs send a bearer token of your organisation’s identity provider with each request.
      </p>
      <Button tone="primary" size="large" onClick={() => void queries.resetQueries({ queryKey: KEYS.me })}>
        <LogIn size={16} aria-hidden />I have signed in
      </Button>
    </div>
  );
}
