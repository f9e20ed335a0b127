// Where the user is signed in: device, place and times, with buttons that end one session, all others, or all.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { SignInList } from '../../../worker/api/identity/identity-schema.ts';
import { signOut } from '../../api.ts';
import { Badge } from '../../design/badge.tsx';
import { Button } from '../../design/controls/button.tsx';
import { showToast } from '../../design/overlays/toasts.ts';
import { ProblemBanner } from '../../problem-banner.tsx';
import { useDeletes } from '../../sessions/use-deletes.ts';
import { formatMoment } from '../../workspace/format-moment.ts';
import { LoadingOrError } from '../loading-or-error.tsx';
import { LIST } from '../members/section.tsx';
import { endSignIn, endSignIns, getSignIns, SIGN_INS_KEY } from '../settings-api.ts';

type SignIn = SignInList['signIns'][number];

export function SignInsPage() {
  const queries = useQueryClient();
  const deletes = useDeletes();
  const { data, error, refetch } = useQuery({ queryKey: SIGN_INS_KEY, queryFn: getSignIns, staleTime: 0 });
  const end = useMutation({
    mutationFn: async (which: SignIn | 'others' | 'all') => {
      if (typeof which !== 'string') return endSignIn(which.id);
      // Once signed out, it would be refused.
      if (which === 'all') deletes.commit();
      await endSignIns('others');
      // Also ends the session at the provider.
      if (which === 'all') location.assign((await signOut()).next);
    },
    onSuccess: (_, which) => {
      if (which === 'all') return;
      showToast({ words: which === 'others' ? 'All other sessions ended.' : 'Session ended.' });
      void queries.invalidateQueries({ queryKey: SIGN_INS_KEY });
    },
  });
  if (data === undefined) return <LoadingOrError error={error} onRetry={() => void refetch()} />;
  const hasOthers = data.signIns.some(({ isCurrent }) => !isCurrent);
  return (
    <div className="flex flex-col gap-4">
      {end.error && <ProblemBanner error={end.error} />}
      <ul aria-label="Your sign-ins" className={LIST}>
        {data.signIns.map((one) => (
          <SignInRow key={one.id} signIn={one} busy={end.isPending} onEnd={() => end.mutate(one)} />
        ))}
      </ul>
      <div className="flex flex-wrap gap-2">
        <Button disabled={!hasOthers} busy={end.isPending} onClick={() => end.mutate('others')}>
          End all others
        </Button>
        <Button tone="quiet" busy={end.isPending} onClick={() => end.mutate('all')}>
          End all and sign out
        </Button>
      </div>
    </div>
  );
}

function SignInRow({ signIn, busy, onEnd }: { signIn: SignIn; busy: boolean; onEnd: () => void }) {
  const { device, place, createdAt, lastUsedAt, isCurrent } = signIn;
  const name = device ?? 'Unknown device';
  return (
    <li className="flex flex-wrap items-center justify-between gap-3 px-4 py-3">
      <div className="flex min-w-0 flex-col gap-0.5">
        <span className="flex flex-wrap items-center gap-2 font-medium">
          {name}
          {isCurrent && <Badge tone="accent">This browser</Badge>}
        </span>
        <span className="text-small text-muted">
          {[place, `signed in ${momentOf(createdAt)}`, `last used ${momentOf(lastUsedAt)}`]
            .filter((part) => part !== null)
            .join(' · ')}
        </span>
      </div>
      {!isCurrent && (
        <Button busy={busy} aria-label={`End the session of ${name}`} onClick={onEnd}>
          End
        </Button>
      )}
    </li>
  );
}

const momentOf = (time: string): string => formatMoment(time, undefined)?.words ?? time;
