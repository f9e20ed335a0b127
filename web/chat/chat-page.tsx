// The chat page: the conversation list at the side, the open conversation in the middle. It shows the same conversation as
// the panel, which assistant.ts owns.
import { PowerOff } from 'lucide-react';
import { useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react';
import { Link, useLocation } from 'wouter';
import type { Me } from '../../worker/api/identity/identity-schema.ts';
import { shownContext } from '../assistant/assistant.ts';
import { useAssistant, useAssistantState } from '../assistant/assistant-provider.tsx';
import { PageBoundary } from '../boundary/part-failure.tsx';
import { buttonStyle } from '../design/controls/button.tsx';
import { Drawer } from '../design/overlays/drawer.tsx';
import { ToastRegion } from '../design/overlays/toast-region.tsx';
import { PageState } from '../design/page-state.tsx';
import type { Problem } from '../problem.ts';
import { useDisabled } from '../queries.ts';
import { SessionSidebar } from '../sessions/session-sidebar.tsx';
import { UndoToast } from '../sessions/undo-toast.tsx';
import { ChatHeader } from './chat-header.tsx';
import { ConversationContext } from './conversation.tsx';
import { ConversationBody } from './conversation-body.tsx';
import { EmptyState } from './empty-state.tsx';
import type { Conversation } from './runtime/create-conversation.ts';
import { useTitle } from './use-open-session.ts';

export function ChatPage({ me, sessionId }: { me: Me; sessionId: string | null }) {
  const disabled = useDisabled();
  const conversation = useRoutedConversation(sessionId);
  return (
    <>
      {disabled && <Disabled me={me} problem={disabled} />}
      {!disabled && conversation && (
        <ConversationContext value={conversation}>
          <OpenConversation me={me} />
        </ConversationContext>
      )}
    </>
  );
}

/** The conversation in the URL; null for the one render before the assistant shows it. */
function useRoutedConversation(sessionId: string | null): Conversation | null {
  const assistant = useAssistant();
  const main = useAssistantState((state) => state.main);
  const exists = useSyncExternalStore(main.store.subscribe, () => main.store.shown().exists);
  const [, navigate] = useLocation();
  /** The new conversation at `/chat`, until it exists and gets its own URL. */
  const startedId = useRef<string | null>(null);

  useLayoutEffect(() => {
    if (sessionId !== null) {
      startedId.current = null;
      assistant.show(sessionId);
      return;
    }
    if (!exists) startedId.current = main.id;
    else if (startedId.current === main.id) navigate(`/chat/${main.id}`, { replace: true });
    else assistant.begin();
  }, [sessionId, main, exists, assistant, navigate]);

  if (sessionId !== null) return main.id === sessionId ? main : null;
  return !exists || startedId.current === main.id ? main : null;
}

function OpenConversation({ me }: { me: Me }) {
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
  const sidebar = (
    <PageBoundary>
      <SessionSidebar activeId={main.id} onNew={begin} onOpen={() => setDrawer(false)} />
    </PageBoundary>
  );
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
  const canTurnOn = me.org.permissions.includes('settings:update');
  useEffect(() => {
    document.title = 'Groundwire';
  }, []);
  return (
    <main className="flex min-h-0 grow overflow-y-auto bg-surface">
      <PageState
        level={1}
        icon={PowerOff}
        title={problem.detail}
        requestId={problem.requestId}
        actions={
          canTurnOn && (
            <Link href="/settings/experimental-features" className={buttonStyle('primary', 'medium')}>
              Open Experimental Features
            </Link>
          )
        }
      >
        {canTurnOn
          ? 'Turn it on in Settings, under Experimental Features.'
          : `An admin of ${me.org.name} can turn it on in Settings, under Experimental Features.`}
      </PageState>
    </main>
  );
}
