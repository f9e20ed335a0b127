// The chat: conversations at the side, the open one in the middle.
import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import type { Me } from '../../worker/contract.ts';
import { Drawer } from '../design/drawer.tsx';
import { useDisabled } from '../queries.ts';
import { SessionSidebar } from '../sessions/session-sidebar.tsx';
import { UndoToast } from '../sessions/undo-toast.tsx';
import { type ChatContext, parseContext } from './chat-context.ts';
import { ConversationProvider } from './conversation.tsx';
import { ConversationView } from './conversation-view.tsx';
import { keepLastChat } from './last-chat.ts';

export function ChatPage({ me, sessionId: routed }: { me: Me; sessionId: string | null }) {
  const [, navigate] = useLocation();
  const [drawer, setDrawer] = useState(false);
  // A new conversation has its id before it exists, so that its first message already streams into its own place.
  const [minted, setMinted] = useState(() => ({ id: crypto.randomUUID() as string, taken: false }));
  const [chosen, setChosen] = useState<{ sessionId: string; model: string } | null>(null);
  if (routed === null && minted.taken) setMinted({ id: crypto.randomUUID(), taken: false });
  const sessionId = routed ?? minted.id;
  const isNew = routed === null;

  const [removed, setRemoved] = useState<ChatContext | null>(null);
  const known = isNew ? parseContext(history.state) : null;
  const context = known !== null && removed?.label !== known.label ? known : null;
  const removeContext = () => {
    setRemoved(known);
    history.replaceState(null, '');
  };

  useEffect(() => keepLastChat(isNew ? '/chat' : `/chat/${sessionId}`), [isNew, sessionId]);

  const begin = () => {
    setDrawer(false);
    setMinted({ id: crypto.randomUUID(), taken: false });
    navigate('/chat');
  };
  const accepted = () => {
    if (!isNew) return;
    setMinted({ id: sessionId, taken: true });
    navigate(`/chat/${sessionId}`, { replace: true });
  };

  const disabled = useDisabled();
  const sidebar = <SessionSidebar activeId={isNew ? null : sessionId} onNew={begin} onOpen={() => setDrawer(false)} />;
  return (
    <div className="flex h-dvh">
      {!disabled && (
        <nav aria-label="Conversations" className="hidden w-72 shrink-0 border-e border-line bg-canvas desk:block">
          {sidebar}
        </nav>
      )}
      <Drawer open={drawer} onClose={() => setDrawer(false)} label="Conversations">
        {sidebar}
        <UndoToast />
      </Drawer>
      {!drawer && <UndoToast />}
      <ConversationProvider
        key={sessionId}
        sessionId={sessionId}
        isNew={isNew}
        model={chosen?.sessionId === sessionId ? chosen.model : null}
        context={context}
        onAccepted={accepted}
      >
        <ConversationView
          me={me}
          isNew={isNew}
          context={context}
          onRemoveContext={removeContext}
          chosenModel={chosen?.sessionId === sessionId ? chosen.model : null}
          onModel={(model) => setChosen({ sessionId, model })}
          onOpenSessions={() => setDrawer(true)}
          onNew={begin}
        />
      </ConversationProvider>
    </div>
  );
}
