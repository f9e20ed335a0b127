// Explains that another tab switched the organization or signed in as someone else. This tab keeps showing what it was loaded
// for; the server refuses its requests (request.ts) until the user reloads it or switches back.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, Suspense, useEffect, useSyncExternalStore } from 'react';
import type { Me } from '../../worker/api/identity/identity-schema.ts';
import { getCurrentMe } from '../api.ts';
import { lazyPart } from '../boundary/load-part.ts';
import { DialogBoundary, PageBoundary } from '../boundary/part-failure.tsx';
import { KEYS } from '../queries.ts';
import { forgetRefusal, identityRefusal, isPageOf, onSessionChange, subscribeToRefusal } from '../request.ts';

const load = () => import('./identity-notices.tsx');
const OtherUser = lazyPart(async () => (await load()).OtherUser);
const OtherOrg = lazyPart(async () => (await load()).OtherOrg);

export function IdentityGuard({ me, children }: { me: Me; children: ReactNode }) {
  const refusal = useSyncExternalStore(subscribeToRefusal, identityRefusal);
  const isRefused = refusal !== null;
  const queries = useQueryClient();
  useSessionChecks();
  // Early, because a later deploy may remove this build's files.
  useEffect(() => {
    const timer = setTimeout(() => void load().catch(() => undefined), 30_000);
    return () => clearTimeout(timer);
  }, []);
  const { data: current } = useQuery({
    // A new refusal must not be judged by what the last one found.
    queryKey: [...KEYS.currentMe, refusal],
    queryFn: getCurrentMe,
    enabled: isRefused,
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
  const isBack = isRefused && current !== undefined && isPageOf(current);
  useEffect(() => {
    if (!isBack) return;
    forgetRefusal();
    void queries.invalidateQueries();
  }, [isBack, queries]);

  // Someone else must not read on in this user's data.
  if (isRefused && current !== undefined && current.user.id !== me.user.id)
    return (
      <PageBoundary level={1}>
        <Suspense>
          <OtherUser me={me} current={current} />
        </Suspense>
      </PageBoundary>
    );
  return (
    <>
      {children}
      {isRefused && !isBack && (
        <DialogBoundary open onClose={() => undefined}>
          <Suspense>
            <OtherOrg me={me} current={current ?? null} />
          </Suspense>
        </DialogBoundary>
      )}
    </>
  );
}

/** Another tab's announcement can be missed, for example while this tab is frozen, so check when it comes back too. */
function useSessionChecks(): void {
  const queries = useQueryClient();
  useEffect(() => {
    const check = () => {
      void queries.invalidateQueries({ queryKey: KEYS.me });
      void queries.invalidateQueries({ queryKey: KEYS.currentMe });
    };
    const onVisible = () => !document.hidden && check();
    const stopListening = onSessionChange(check);
    document.addEventListener('visibilitychange', onVisible);
    return () => {
      stopListening();
      document.removeEventListener('visibilitychange', onVisible);
    };
  }, [queries]);
}
