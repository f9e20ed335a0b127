// A page of the product's own data, read-only. The server words it; this draws it, with what stands there meanwhile and
// what where it is not to be had.
import { SearchX, WifiOff } from 'lucide-react';
import { useEffect } from 'react';
import { useLocation, useSearch } from 'wouter';
import type { Me } from '../../worker/contract.ts';
import { useShowInView } from '../assistant/use-show-in-view.ts';
import { Button } from '../design/button.tsx';
import { PageState } from '../design/page-state.tsx';
import { Skeleton } from '../design/skeleton.tsx';
import { AppFrame } from '../frame/app-frame.tsx';
import { canAsk, canDraft } from '../frame/product-nav.ts';
import { Problem } from '../problem.ts';
import { Facts } from './facts.tsx';
import { type PageAddress, parseAddress, tabOf } from './page-address.ts';
import { PageHeader } from './page-header.tsx';
import { TabPanel } from './tab-panel.tsx';
import { WorkspaceConversation } from './workspace-conversation.tsx';
import { usePage } from './workspace-queries.ts';

type WorkspaceViewProps = { me: Me; plural: string | undefined; id: string | undefined };

export function WorkspaceView({ me, plural, id }: WorkspaceViewProps) {
  const address = parseAddress(plural, id);
  const asks = canAsk(me);
  return (
    <AppFrame me={me} aside={address !== null && asks && <Aside me={me} address={address} />}>
      {address === null ? <Missing /> : <LoadedPage key={address.data} me={me} address={address} canAsk={asks} />}
    </AppFrame>
  );
}

function Aside({ me, address }: { me: Me; address: PageAddress }) {
  const { data: page, error } = usePage(address, null);
  if (!page?.conversationId || isGone(error)) return null;
  return <WorkspaceConversation key={page.conversationId} me={me} id={page.conversationId} scope={page.scope} />;
}

function LoadedPage({ me, address, canAsk }: { me: Me; address: PageAddress; canAsk: boolean }) {
  const search = useSearch();
  const { data: page, error, dataUpdatedAt, refetch } = usePage(address, tabOf(search));
  useShowInView(page);
  useEffect(() => {
    if (page) document.title = `${page.code ?? page.title} · Groundwire`;
  }, [page]);

  // Also where it was there before: whoever left a program sees nothing of it any more.
  if (isGone(error)) return <Missing problem={error} />;
  if (page === undefined) {
    if (error === null) {
      return <Skeleton lines={['w-40', 'h-8 w-2/3', 'w-1/2', 'h-28 w-full', 'h-64 w-full']} className="gap-4" />;
    }
    const problem = error instanceof Problem ? error : null;
    return (
      <PageState
        level={1}
        icon={WifiOff}
        title={problem?.title ?? 'This page did not load'}
        requestId={problem?.requestId ?? null}
        actions={
          <Button tone="primary" onClick={() => void refetch()}>
            Try again
          </Button>
        }
      >
        {problem?.detail ?? 'Try again in a minute.'}
      </PageState>
    );
  }
  return (
    <>
      <PageHeader page={page} canAsk={canAsk && page.conversationId === null} canDraft={canDraft(me)} />
      {page.facts.length > 0 && <Facts facts={page.facts} />}
      <TabPanel address={address} page={page} broughtAt={dataUpdatedAt} wanted={tabOf(search)} />
    </>
  );
}

const isGone = (error: Error | null): error is Problem => error instanceof Problem && error.status === 404;

function Missing({ problem = null }: { problem?: Problem | null }) {
  const [, navigate] = useLocation();
  useEffect(() => {
    document.title = 'Not found · Groundwire';
  }, []);
  return (
    <PageState
      level={1}
      icon={SearchX}
      title="No such page"
      requestId={problem?.requestId ?? null}
      actions={
        <Button tone="primary" onClick={() => navigate('/workspace')}>
          Open the workspace
        </Button>
      }
    >
      It does not exist, or it is not for you to see.
    </PageState>
  );
}
