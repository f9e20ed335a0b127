// The ways to sign in that this deployment has: the organisation's provider, on a local stack the demo identities, else the
// product beside which it runs.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { LogIn } from 'lucide-react';
import { getDemoPeople, getSignInMethods } from '../api.ts';
import { Button, buttonStyle } from '../design/button.tsx';
import { Skeleton } from '../design/skeleton.tsx';
import { KEYS } from '../queries.ts';
import { DemoPeople } from './demo-people.tsx';

/** @param returnTo the page to go on to */
export function SignInWays({ returnTo }: { returnTo: string }) {
  const { data, isError, refetch } = useQuery({
    queryKey: ['sign-in-ways'],
    queryFn: async () => {
      const [{ oidc }, people] = await Promise.all([getSignInMethods(), getDemoPeople()]);
      return { oidc, people };
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (isError) {
    return (
      <div className="flex flex-col items-start gap-3 rounded-card border border-line-strong bg-raised p-4">
        <p>The server does not answer. Check your connection, then try again.</p>
        <Button onClick={() => void refetch()}>Try again</Button>
      </div>
    );
  }
  if (!data) return <Skeleton lines={['w-full', 'w-full', 'w-full']} />;
  const { oidc, people } = data;
  if (!oidc && !people) return <ProductSignIn />;
  return (
    <div className="flex flex-col gap-6">
      {oidc && (
        <a
          href={`${oidc.path}?${new URLSearchParams({ return: returnTo })}`}
          className={`${buttonStyle('primary', 'large')} w-full`}
        >
          <LogIn size={16} aria-hidden />
          Continue with {oidc.name ?? 'your organisation'}
        </a>
      )}
      {people && (
        <div className="flex flex-col gap-5">
          <p className="text-muted">
            {oidc ? 'Or choose who to be: this is a local stack.' : 'This is a local stack. Choose who to be.'}
          </p>
          <DemoPeople people={people} />
        </div>
      )}
    </div>
  );
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
