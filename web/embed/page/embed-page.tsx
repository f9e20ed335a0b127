// The page in a frame on another site: the panel and Quick Ask, without the product around them. It waits for the host's
// script, identifies the user by the host's token, and opens our own pages in a new tab.
import { ExternalLink, LogIn, RefreshCw, UserRoundX, X } from 'lucide-react';
import { type ReactNode, useEffect, useLayoutEffect, useState, useSyncExternalStore } from 'react';
import { Router } from 'wouter';
import { AssistantProvider } from '../../assistant/assistant-provider.tsx';
import { Button, buttonStyle } from '../../design/controls/button.tsx';
import { IconButton } from '../../design/controls/icon-button.tsx';
import { PageState } from '../../design/page-state.tsx';
import { Skeleton } from '../../design/skeleton.tsx';
import { canAsk } from '../../frame/product-nav.ts';
import { Problem } from '../../problem.ts';
import { useMe } from '../../queries.ts';
import { identityRefusal, sendRequestsWith, subscribeToRefusal } from '../../request.ts';
import { overrideBindings } from '../../shortcuts/stored-bindings.ts';
import { applyTheme } from './apply-theme.ts';
import './embed.css';
import { EmbedShell } from './embed-shell.tsx';
import { GERMAN } from './german.ts';
import { connectToHost, type HostLink } from './host-link.ts';
import { createTokenSender } from './token-sender.ts';
import { createTranslate, translatePage } from './translate-page.ts';

const german = createTranslate(GERMAN);

/** One handshake per document, however often React mounts the page. */
let started: { readonly isAllowed: boolean; readonly link: () => HostLink | null } | null = null;
const listeners = new Set<() => void>();

function start() {
  if (started) return started;
  let link: HostLink | null = null;
  const address = new URLSearchParams(location.search);
  const allowed = document.querySelector('meta[name="groundwire-embedders"]')?.getAttribute('content') ?? '';
  const isAllowed =
    window.parent !== window &&
    connectToHost(
      {
        hostOrigin: address.get('origin') ?? '',
        allowed: allowed.split(' '),
        parent: window.parent,
        listen: (listener) => addEventListener('message', listener),
      },
      (connected) => {
        link = connected;
        adoptHost(connected, address.get('org') ?? '');
        for (const listener of listeners) listener();
      },
    );
  started = { isAllowed, link: () => link };
  return started;
}

function adoptHost(link: HostLink, org: string): void {
  const { locale, shortcuts } = link.init;
  document.documentElement.lang = locale;
  if (locale === 'de') translatePage(document.body, german);
  overrideBindings({ ...shortcuts, listShortcuts: null });
  sendRequestsWith((send) =>
    createTokenSender({
      org,
      askForToken: link.askForToken,
      send,
      now: () => Date.now(),
      onSignedOut: link.reportSignedOut,
      wordsFor: (reason) => TOKEN_PROBLEMS[reason],
    }),
  );
}

const TOKEN_PROBLEMS = {
  threw: {
    title: 'Couldn’t sign you in',
    detail: 'This site couldn’t confirm who you are. Try again, or reload the page.',
  },
  timeout: {
    title: 'Couldn’t sign you in',
    detail: 'This site took too long to confirm who you are. Try again, or reload the page.',
  },
  invalid: {
    title: 'Couldn’t sign you in',
    detail: 'This site didn’t confirm who you are. Try again, or sign in there again.',
  },
} as const;

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

export function EmbedPage() {
  const [{ isAllowed, link: getLink }] = useState(start);
  const link = useSyncExternalStore(subscribe, getLink);
  if (!isAllowed) return <NoHost />;
  // The host's script shows that it is loading.
  return link && <Embedded link={link} />;
}

/** Opened by itself, or on a site that isn't allowed. */
const NoHost = () => (
  <main className="flex h-dvh bg-canvas">
    <PageState
      level={1}
      icon={ExternalLink}
      title="This page is part of another site"
      actions={
        <a href="/" className={buttonStyle('primary', 'medium')}>
          Open Groundwire
        </a>
      }
    >
      It works only inside a site that your organization allows.
    </PageState>
  </main>
);

/** There is only one location here. Every other page opens in a new tab. */
const useFrameLocation = (): [string, (path: string) => void] => ['/embed', openInTab];

function openInTab(path: string): void {
  window.open(path, '_blank', 'noopener');
}

function Embedded({ link }: { link: HostLink }) {
  const { mode, theme, scheme } = useSyncExternalStore(link.subscribe, link.get);
  useLayoutEffect(() => {
    applyTheme(document.documentElement, theme, scheme);
    document.documentElement.dataset['embedded'] = mode ?? '';
  }, [theme, scheme, mode]);
  return (
    <Router hook={useFrameLocation}>
      <Identified link={link} />
    </Router>
  );
}

function Identified({ link }: { link: HostLink }) {
  const { data: me, error, refetch, isFetching } = useMe({ keepFresh: true });
  const refusal = useSyncExternalStore(subscribeToRefusal, identityRefusal);
  const retry = (
    <Button tone="primary" busy={isFetching} onClick={() => void refetch()}>
      <RefreshCw size={16} strokeWidth={1.75} aria-hidden />
      Try again
    </Button>
  );
  if (refusal !== null)
    return (
      <State link={link}>
        <PageState
          icon={UserRoundX}
          title="You’re signed in as someone else"
          actions={
            <Button tone="primary" onClick={() => location.reload()}>
              Continue
            </Button>
          }
        >
          This site signed in another person. Nothing was sent. Continue as that person.
        </PageState>
      </State>
    );
  const problem = error instanceof Problem ? error : null;
  // What a passing failure left on the page stays; a person without access must not read on.
  if (me === undefined || (problem !== null && [403, 404].includes(problem.status))) {
    if (error === null)
      return (
        <State link={link}>
          <Skeleton lines={['w-2/3', 'h-16 w-full', 'h-16 w-full']} className="gap-4 p-6" />
        </State>
      );
    return (
      <State link={link}>
        <PageState
          icon={LogIn}
          title={problem?.title ?? 'Couldn’t load the assistant'}
          requestId={problem?.requestId ?? null}
          actions={retry}
        >
          {problem?.detail ?? 'Try again in a minute.'}
        </PageState>
      </State>
    );
  }
  if (!canAsk(me))
    return (
      <State link={link}>
        <PageState icon={LogIn} title="Assistant not enabled" actions={retry}>
          An admin of {me.org.name} can turn it on in Settings.
        </PageState>
      </State>
    );
  return (
    <AssistantProvider key={`${me.user.id} ${me.org.id}`} me={me}>
      <EmbedShell me={me} link={link} words={link.init.locale === 'de' ? german : (text) => text} />
    </AssistantProvider>
  );
}

/** A message in place of the panel or Quick Ask, with a way out. */
function State({ link, children }: { link: HostLink; children: ReactNode }) {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => event.key === 'Escape' && link.setMode(null);
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [link]);
  return (
    <main className="embed-state">
      <div className="flex h-12 shrink-0 items-center justify-end pe-2 touch:h-14">
        <IconButton icon={X} label="Close the assistant" onClick={() => link.setMode(null)} />
      </div>
      {children}
    </main>
  );
}
