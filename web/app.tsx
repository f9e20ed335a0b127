// Which page stands here: sign-in for someone unknown, else what the address names.
import { Compass, WifiOff } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { Redirect, Route, Switch, useRoute } from 'wouter';
import type { Me } from '../worker/contract.ts';
import { AssistantProvider } from './assistant/assistant-provider.tsx';
import { AssistantShell } from './assistant/assistant-shell.tsx';
import { ChatPage } from './chat/chat-page.tsx';
import { Button } from './design/button.tsx';
import { PageState } from './design/page-state.tsx';
import { keptInvitation } from './invite/invitation-token.ts';
import { Problem } from './problem.ts';
import { useMe } from './queries.ts';
import { NoMembershipPage } from './sign-in/no-membership-page.tsx';
import { SignInPage } from './sign-in/sign-in-page.tsx';

/** Not everybody who chats looks around: its pages load when they are opened. */
const WorkspaceView = lazy(() =>
  import('./workspace/workspace-page.tsx').then((module) => ({ default: module.WorkspaceView })),
);

const DraftsView = lazy(() => import('./drafts/drafts-page.tsx').then((module) => ({ default: module.DraftsView })));

/** Nor does everybody settle what holds for all. */
const SettingsView = lazy(() =>
  import('./settings/settings-page.tsx').then((module) => ({ default: module.SettingsView })),
);

const InvitePage = lazy(() => import('./invite/invite-page.tsx').then((module) => ({ default: module.InvitePage })));

export function App() {
  const [isInvite] = useRoute('/invite');
  return isInvite ? (
    <Suspense fallback={null}>
      <InvitePage />
    </Suspense>
  ) : (
    <Product />
  );
}

function Product() {
  const { data: me, error, refetch } = useMe({ keepFresh: true });
  const isUnknown = error instanceof Problem && error.status === 401;
  const isNowhere = error instanceof Problem && error.code === 'NO_MEMBERSHIP';
  // Back from the identity provider by another way than they went: the invitation is why they came.
  if ((isUnknown || isNowhere) && keptInvitation() !== null) return <Redirect to="/invite" replace />;
  if (isUnknown) return <SignInPage />;
  if (isNowhere) return <NoMembershipPage problem={error} />;
  if (me === undefined) {
    if (error === null) return null;
    const problem = error instanceof Problem ? error : null;
    return (
      <main className="flex h-dvh bg-canvas">
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
      </main>
    );
  }
  return (
    <AssistantProvider key={`${me.user.id} ${me.org.id}`} me={me}>
      <AssistantShell me={me}>
        <Pages me={me} />
      </AssistantShell>
    </AssistantProvider>
  );
}

function Pages({ me }: { me: Me }) {
  return (
    <Switch>
      <Route path="/">
        <Redirect to="/chat" replace />
      </Route>
      <Route path="/chat/:sessionId?">{({ sessionId }) => <ChatPage me={me} sessionId={sessionId ?? null} />}</Route>
      <Route path="/drafts/:template?">
        {({ template }) => (
          <Suspense fallback={null}>
            <DraftsView me={me} templateId={template ?? null} />
          </Suspense>
        )}
      </Route>
      <Route path="/workspace/:kind?/:id?">
        {({ kind, id }) => (
          <Suspense fallback={null}>
            <WorkspaceView me={me} plural={kind} id={id} />
          </Suspense>
        )}
      </Route>
      <Route path="/settings/:tab?">
        {({ tab }) => (
          <Suspense fallback={null}>
            <SettingsView me={me} tab={tab} />
          </Suspense>
        )}
      </Route>
      <Route>
        <main className="flex h-dvh bg-canvas">
          <PageState level={1} icon={Compass} title="No such page">
            <a href="/chat" className="text-accent underline underline-offset-2">
              Open the chat
            </a>
          </PageState>
        </main>
      </Route>
    </Switch>
  );
}
