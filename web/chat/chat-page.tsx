// The wide view of the assistant: conversations at the side, the open one in the middle.
import { PowerOff } from 'lucide-react';
import { useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react';
import { useLocation } from 'wouter';
import type { Me } from '../../worker/contract.ts';
import { shownContext } from '../assistant/assistant.ts';
import { useAssistant, useAssistantState } from '../assistant/assistant-provider.tsx';
import { Drawer } from '../design/drawer.tsx';
import { PageState } from '../design/page-state.tsx';
import { ToastRegion } from '../design/toast-region.tsx';
import { TopBar } from '../frame/top-bar.tsx';
import type { Problem } from '../problem.ts';
import { useDisabled } from '../queries.ts';
import { SessionSidebar } from '../sessions/session-sidebar.tsx';
import { UndoToast } from '../sessions/undo-toast.tsx';
import { ChatHeader } from './chat-header.tsx';
import { ConversationContext } from './conversation.tsx';
import { ConversationBody } from './conversation-body.tsx';
import type { Conversation } from './create-conversation.ts';
import { EmptyState } from './empty-state.tsx';
import { useTitle } from './use-title.ts';

export function ChatPage({ me, sessionId }: { me: Me; sessionId: string | null }) {
  const disabled = useDisabled();
  const conversation = useRouted(sessionId);
  return (
    <div className="flex h-dvh flex-col bg-canvas">
      <TopBar me={me} />
      {disabled && <Disabled me={me} problem={disabled} />}
      {!disabled && conversation && (
        <ConversationContext value={conversation}>
          <Open me={me} />
        </ConversationContext>
      )}
    </div>
  );
}

/** The conversation that the address names; null for the moment in which it is being fetched from there. */
function useRouted(sessionId: string | null): Conversation | null {
  const assistant = useAssistant();
  const main = useAssistantState((state) => state.main);
  const exists = useSyncExternalStore(main.store.subscribe, () => main.store.shown().exists);
  const [, navigate] = useLocation();
  /** The new conversation that stands at this address until it has one of its own. */
  const begun = useRef<string | null>(null);

  useLayoutEffect(() => {
    if (sessionId !== null) {
      begun.current = null;
      assistant.show(sessionId);
      return;
    }
    if (!exists) begun.current = main.id;
    else if (begun.current === main.id) navigate(`/chat/${main.id}`, { replace: true });
    else assistant.begin();
  }, [sessionId, main, exists, assistant, navigate]);

  if (sessionId !== null) return main.id === sessionId ? main : null;
  return !exists || begun.current === main.id ? main : null;
}

function Open({ me }: { me: Me }) {
  const [, navigate] = useLocation();
  const assistant = useAssistant();
  const main = useAssistantState((state) => state.main);
  const about = useAssistantState(shownContext);
  const [drawer, setDrawer] = useState(false);
  const title = useTitle();
  useEffect(() => {
    document.title = title === 'New conversation' ? 'Groundwire' : `${title} · Groundwire`;
  }, [title]);

  const begin = () => {
    setDrawer(false);
    assistant.begin();
    navigate('/chat');
  };
  const sidebar = <SessionSidebar activeId={main.id} onNew={begin} onOpen={() => setDrawer(false)} />;
  return (
    <div className="flex min-h-0 grow">
      <nav aria-label="Conversations" className="hidden w-72 shrink-0 border-e border-line desk:block">
        {sidebar}
      </nav>
      <Drawer open={drawer} onClose={() => setDrawer(false)} label="Conversations">
        {sidebar}
        <ToastRegion>
          <UndoToast />
        </ToastRegion>
      </Drawer>
      <main className="flex min-w-0 grow flex-col bg-surface">
        <ChatHeader onOpenSessions={() => setDrawer(true)} />
        <ConversationBody
          me={me}
          place="page"
          about={about}
          onRemoveContext={assistant.removeContext}
          empty={<EmptyState orgName={me.org.name} />}
          onNew={begin}
        />
      </main>
    </div>
  );
}

function Disabled({ me, problem }: { me: Me; problem: Problem }) {
  useEffect(() => {
    document.title = 'Groundwire';
  }, []);
  return (
    <main className="flex min-h-0 grow overflow-y-auto bg-surface">
      <PageState level={1} icon={PowerOff} title={problem.detail} requestId={problem.requestId}>
        {me.org.permissions.includes('settings:update')
          ? 'You can turn it on in the settings, under Experimental Features.'
          : `An admin of ${me.org.name} can turn it on in the settings, under Experimental Features.`}
      </PageState>
    </main>
  );
}
