// The sign-in options of this deployment: the identity provider, the demo users of a local stack, or the host product.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { LogIn } from 'lucide-react';
import { getDemoPeople, getSignInMethods } from '../api.ts';
import { Button, buttonStyle } from '../design/controls/button.tsx';
import { Skeleton } from '../design/skeleton.tsx';
import { KEYS } from '../queries.ts';
import { DemoPeople } from './demo-people.tsx';

type SignInOptionsProps = {
  /** The page to open after sign-in. */
  returnTo: string;
  /** The provider asks the user to prove who they are, even if they are signed in there. */
  isFresh?: boolean;
};

export function SignInOptions({ returnTo, isFresh = false }: SignInOptionsProps) {
  const { data, isError, refetch } = useQuery({
    queryKey: ['sign-in-options'],
    queryFn: async () => {
      const [{ oidc }, people] = await Promise.all([getSignInMethods(), getDemoPeople()]);
      return { oidc, people };
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (isError) {
    return (
      <div className="flex flex-col items-start gap-3 rounded-card border border-line-strong bg-raised p-4">
        <p>The server isn’t responding. Check your connection, then try again.</p>
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
          href={`${oidc.path}?${new URLSearchParams({ return: returnTo, ...(isFresh && { fresh: '1' }) })}`}
          className={`${buttonStyle('primary', 'large')} w-full`}
        >
          <LogIn size={16} aria-hidden />
          Continue with {oidc.name ?? 'your organization'}
        </a>
      )}
      {people && (
        <div className="flex flex-col gap-5">
          <p className="text-muted">
            {oidc
              ? 'Or choose a user to sign in as. This is a local demo.'
              : 'Local demo. Choose a user to sign in as.'}
          </p>
          <DemoPeople people={people} {...(isFresh && { returnTo })} />
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
        API clients send a bearer token from your organization’s identity provider with each request.
      </p>
      <Button tone="primary" size="large" onClick={() => void queries.resetQueries({ queryKey: KEYS.me })}>
        <LogIn size={16} aria-hidden />
        I’ve signed in
      </Button>
    </div>
  );
}
