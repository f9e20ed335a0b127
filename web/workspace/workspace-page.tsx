// A read-only page of workspace data, with loading and error states. The server provides its text.
import { LayoutGrid, MessageCircleOff, SearchX, WifiOff } from 'lucide-react';
import { useEffect } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import type { Me } from '../../worker/api/identity/identity-schema.ts';
import type { WorkspacePage } from '../../worker/api/workspace/workspace-schema.ts';
import { useShowInView } from '../assistant/use-show-in-view.ts';
import { PageBoundary } from '../boundary/part-failure.tsx';
import { Composer } from '../chat/composer/composer.tsx';
import { RejectedMessage } from '../chat/composer/rejected-message.tsx';
import { ConversationProvider, useConversationState } from '../chat/conversation.tsx';
import { PeopleHere } from '../chat/people-here.tsx';
import type { ChatContext } from '../chat/runtime/chat-context.ts';
import { Transcript } from '../chat/transcript/transcript.tsx';
import { Button, buttonStyle } from '../design/controls/button.tsx';
import { PageState } from '../design/page-state.tsx';
import { Skeleton } from '../design/skeleton.tsx';
import { PageContent } from '../frame/app-frame.tsx';
import { canAsk, canDraft, hasSettings } from '../frame/product-nav.ts';
import { Problem } from '../problem.ts';
import { Facts } from './facts.tsx';
import { type PageAddress, parseAddress, tabOf } from './page-address.ts';
import { PageHeader } from './page-header.tsx';
import { TabPanel } from './tab-panel.tsx';
import { usePage } from './workspace-queries.ts';

type ConversationProps = { me: Me; id: string; scope: WorkspacePage['scope'] };

type WorkspaceViewProps = { me: Me; plural: string | undefined; id: string | undefined };

export function WorkspaceView({ me, plural, id }: WorkspaceViewProps) {
  const address = parseAddress(plural, id);
  const asks = canAsk(me);
  return (
    <PageContent aside={address !== null && asks && <Aside me={me} address={address} />}>
      {address === null ? <Missing /> : <LoadedPage key={address.data} me={me} address={address} />}
    </PageContent>
  );
}

function Aside({ me, address }: { me: Me; address: PageAddress }) {
  const { data: page, error } = usePage(address, null);
  if (!page?.conversationId || isGone(error)) return null;
  return <WorkspaceConversation key={page.conversationId} me={me} id={page.conversationId} scope={page.scope} />;
}

function LoadedPage({ me, address }: { me: Me; address: PageAddress }) {
  const search = useSearch();
  const { data: page, error, dataUpdatedAt, refetch } = usePage(address, tabOf(search));
  useShowInView(page);
  useEffect(() => {
    if (page) document.title = `${page.code ?? page.title} · Groundwire`;
  }, [page]);

  // Checked before cached data: a user who left a program must not keep seeing its pages.
  if (isGone(error)) return address.isHome ? <NoData me={me} /> : <Missing problem={error} />;
  if (page === undefined) {
    if (error === null) {
      return <Skeleton lines={['w-40', 'h-8 w-2/3', 'w-1/2', 'h-28 w-full', 'h-64 w-full']} className="gap-4" />;
    }
    const problem = error instanceof Problem ? error : null;
    return (
      <PageState
        level={1}
        icon={WifiOff}
        title={problem?.title ?? 'This page couldn’t be loaded'}
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
  if (address.isHome && page.content.sections.length === 0) return <NoData me={me} />;
  return (
    <>
      <PageHeader page={page} canAsk={canAsk(me) && page.conversationId === null} canDraft={canDraft(me)} />
      {page.facts.length > 0 && <Facts facts={page.facts} />}
      <TabPanel address={address} page={page} loadedAt={dataUpdatedAt} wanted={tabOf(search)} />
    </>
  );
}

const isGone = (error: Error | null): error is Problem => error instanceof Problem && error.status === 404;

/** The start page where the organization has no records, or the role can't see any: leads to what there is instead. */
function NoData({ me }: { me: Me }) {
  useEffect(() => {
    document.title = 'Workspace · Groundwire';
  }, []);
  const isAdmin = hasSettings(me);
  const next = canAsk(me) ? { href: '/chat', label: 'Ask the assistant' } : isAdmin ? SETTINGS : null;
  return (
    <PageState
      level={1}
      icon={LayoutGrid}
      title="Nothing in the workspace yet"
      actions={
        <>
          {next && (
            <Link href={next.href} className={buttonStyle('primary', 'medium')}>
              {next.label}
            </Link>
          )}
          {next !== SETTINGS && isAdmin && (
            <Link href={SETTINGS.href} className={buttonStyle('plain', 'medium')}>
              {SETTINGS.label}
            </Link>
          )}
        </>
      }
    >
      {isAdmin
        ? `${me.org.name} has no records that your role can see. You can change roles, set up the assistant and read past usage.`
        : `${me.org.name} has no records that your role can see. An admin can change your role.`}
    </PageState>
  );
}

const SETTINGS = { href: '/settings', label: 'Manage the organization' } as const;

function Missing({ problem = null }: { problem?: Problem | null }) {
  const [, navigate] = useLocation();
  useEffect(() => {
    document.title = 'Not found · Groundwire';
  }, []);
  return (
    <PageState
      level={1}
      icon={SearchX}
      title="Page not found"
      requestId={problem?.requestId ?? null}
      actions={
        <Button tone="primary" onClick={() => navigate('/workspace')}>
          Open the workspace
        </Button>
      }
    >
      This page doesn’t exist or you don’t have access.
    </PageState>
  );
}

/** The page's conversation, shared by everyone who can see the page. */
function WorkspaceConversation({ me, id, scope }: ConversationProps) {
  const context: ChatContext | null = scope && { ...scope, path: null };
  return (
    <aside
      aria-label="Conversation about this page"
      className="page-aside flex h-(--aside-height) shrink-0 flex-col border-t border-line bg-surface desk:h-auto desk:w-(--aside-width) desk:border-s desk:border-t-0"
    >
      <PageBoundary>
        <ConversationProvider sessionId={id} isNew={false}>
          <div className="flex h-11 shrink-0 items-center justify-between gap-3 border-b border-line px-4">
            <h2 className="min-w-0 truncate font-medium">Conversation</h2>
            <PeopleHere />
          </div>
          <Body me={me} id={id} about={context} />
        </ConversationProvider>
      </PageBoundary>
    </aside>
  );
}

function Body({ me, id, about }: { me: Me; id: string; about: ChatContext | null }) {
  const missing = useConversationState((state) => state.phase === 'missing');
  if (missing) {
    return (
      <PageState icon={MessageCircleOff} title="No conversation">
        It was deleted, or you’re no longer a member of the program.
      </PageState>
    );
  }
  return (
    <>
      <Transcript
        isNarrow
        empty={
          <p className="my-auto px-2 py-8 text-center text-muted">
            Ask about the brief, its designs and items. Shared with the program’s members. Each person’s own permissions
            apply.
          </p>
        }
      />
      <div className="flex shrink-0 flex-col gap-2 px-3 pt-1 pb-[max(0.75rem,env(safe-area-inset-bottom))]">
        <RejectedMessage />
        <Composer userId={me.user.id} draftKey={id} about={about} takesFocus={false} />
      </div>
    </>
  );
}
