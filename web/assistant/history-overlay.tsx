// All conversations over the panel's open one.
import { X } from 'lucide-react';
import { useId } from 'react';
import { useConversation } from '../chat/conversation.tsx';
import { IconButton } from '../design/icon-button.tsx';
import { SessionList } from '../sessions/session-list.tsx';
import { useAssistant } from './assistant-provider.tsx';

export function HistoryOverlay() {
  const assistant = useAssistant();
  const { id } = useConversation();
  const titleId = useId();
  const open = (sessionId: string) => {
    assistant.show(sessionId);
    assistant.closeHistory();
    assistant.focusPanel();
  };
  return (
    <section aria-labelledby={titleId} className="history">
      <div className="flex h-11 shrink-0 items-center justify-between ps-4 pe-2 touch:h-14">
        <h3 id={titleId} className="font-medium">
          History
        </h3>
        <IconButton icon={X} label="Close history" onClick={assistant.closeHistory} />
      </div>
      <SessionList activeId={id} onOpen={open} onDeletedOpen={assistant.begin} takesFocus />
    </section>
  );
}
