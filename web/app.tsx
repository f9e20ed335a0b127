// Chooses the page: sign-in if signed out, otherwise the one in the URL.
import { Compass, WifiOff } from 'lucide-react';
import { type ReactNode, Suspense } from 'react';
import { Link, Redirect, Route, Switch, useLocation } from 'wouter';
import type { Me } from '../worker/api/identity/identity-schema.ts';
import { AssistantProvider } from './assistant/assistant-provider.tsx';
import { AssistantShell } from './assistant/assistant-shell.tsx';
import { lazyPart } from './boundary/load-part.ts';
import { PageBoundary } from './boundary/part-failure.tsx';
import { ChatPage } from './chat/chat-page.tsx';
import { Button, buttonStyle } from './design/controls/button.tsx';
import { PageState } from './design/page-state.tsx';
import { AppFrame, PageContent } from './frame/app-frame.tsx';
import { BareFrame, LoadingFrame, PageSkeleton } from './frame/bare-frame.tsx';
import { canAsk } from './frame/product-nav.ts';
import { storedInvitation } from './invite/invitation-token.ts';
import { Problem } from './problem.ts';
import { useMe } from './queries.ts';
import { IdentityGuard } from './sign-in/identity-guard.tsx';
import { NoMembershipPage } from './sign-in/no-membership-page.tsx';
import { SignInPage } from './sign-in/sign-in-page.tsx';

// Pages outside the chat load when they are first opened.
const WorkspaceView = lazyPart(async () => (await import('./workspace/workspace-page.tsx')).WorkspaceView);
const DraftsView = lazyPart(async () => (await import('./drafts/drafts-page.tsx')).DraftsView);
const SettingsView = lazyPart(async () => (await import('./settings/settings-page.tsx')).SettingsView);
const SignInAgainPage = lazyPart(async () => (await import('./sign-in/sign-in-again-page.tsx')).SignInAgainPage);
const OwnSignInsPage = lazyPart(async () => (await import('./sign-in/own-sign-ins-page.tsx')).OwnSignInsPage);
const EmbedPage = lazyPart(async () => (await import('./embed/page/embed-page.tsx')).EmbedPage);
const InvitePage = lazyPart(async () => (await import('./invite/invite-page.tsx')).InvitePage);

export function App() {
  return (
    <PageBoundary level={1} frame={inBareFrame}>
      <Suspense fallback={<LoadingFrame />}>
        <Switch>
          <Route path="/invite" component={InvitePage} />
          <Route path="/sign-in-again" component={SignInAgainPage} />
          <Route path="/sign-ins" component={OwnSignInsPage} />
          <Route path="/embed" component={EmbedPage} />
          <Route>
            <Product />
          </Route>
        </Switch>
      </Suspense>
    </PageBoundary>
  );
}

const inBareFrame = (content: ReactNode) => <BareFrame>{content}</BareFrame>;

function Product() {
  const { data: me, error, refetch } = useMe({ keepFresh: true });
  const isSignedOut = error instanceof Problem && error.status === 401;
  const hasNoMembership = error instanceof Problem && error.code === 'NO_MEMBERSHIP';
  // The user may return from the identity provider to another page: continue with the invitation they came for.
  if ((isSignedOut || hasNoMembership) && storedInvitation() !== null) return <Redirect to="/invite" replace />;
  if (isSignedOut) return <SignInPage />;
  if (hasNoMembership) return <NoMembershipPage problem={error} />;
  if (me === undefined) {
    if (error === null) return <LoadingFrame />;
    const problem = error instanceof Problem ? error : null;
    return (
      <BareFrame>
        <PageState
          level={1}
          icon={WifiOff}
          title={problem?.title ?? 'Couldn’t load this page'}
          requestId={problem?.requestId ?? null}
          actions={
            <Button tone="primary" onClick={() => void refetch()}>
              Try again
            </Button>
          }
        >
          {problem?.detail ?? 'Try again in a minute.'}
        </PageState>
      </BareFrame>
    );
  }
  return (
    <IdentityGuard me={me}>
      <AssistantProvider key={`${me.user.id} ${me.org.id}`} me={me}>
        <AssistantShell me={me}>
          <Pages me={me} />
        </AssistantShell>
      </AssistantProvider>
    </IdentityGuard>
  );
}

function Pages({ me }: { me: Me }) {
  const [path] = useLocation();
  return (
    <AppFrame me={me}>
      <PageBoundary level={1} resetKey={path} frame={(content) => <PageContent>{content}</PageContent>}>
        <Switch>
          <Route path="/">
            <Redirect to={canAsk(me) ? '/chat' : '/workspace'} replace />
          </Route>
          <Route path="/chat/:sessionId?">
            {({ sessionId }) => <ChatPage me={me} sessionId={sessionId ?? null} />}
          </Route>
          <Route path="/drafts/:template?">
            {({ template }) => (
              <Suspense fallback={<Loading />}>
                <DraftsView me={me} templateId={template ?? null} />
              </Suspense>
            )}
          </Route>
          <Route path="/workspace/:kind?/:id?">
            {({ kind, id }) => (
              <Suspense fallback={<Loading />}>
                <WorkspaceView me={me} plural={kind} id={id} />
              </Suspense>
            )}
          </Route>
          <Route path="/settings/:tab?">
            {({ tab }) => (
              <Suspense fallback={<Loading />}>
                <SettingsView me={me} tab={tab} />
              </Suspense>
            )}
          </Route>
          <Route>
            <PageContent>
              <PageState
                level={1}
                icon={Compass}
                title="Page not found"
                actions={
                  <Link href="/" className={buttonStyle('primary', 'medium')}>
                    Open the start page
                  </Link>
                }
              >
                This page doesn’t exist.
              </PageState>
            </PageContent>
          </Route>
        </Switch>
      </PageBoundary>
    </AppFrame>
  );
}

const Loading = () => (
  <PageContent>
    <div aria-busy data-loading>
      <PageSkeleton />
    </div>
  </PageContent>
);
