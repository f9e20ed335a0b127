// The chat page's sidebar: new conversation and the list.
import { SquarePen } from 'lucide-react';
import { useLocation } from 'wouter';
import { Button } from '../design/controls/button.tsx';
import { SessionList } from './session-list.tsx';

type SidebarProps = { activeId: string; onNew: () => void; onOpen: () => void };

export function SessionSidebar({ activeId, onNew, onOpen }: SidebarProps) {
  const [, navigate] = useLocation();
  return (
    <div className="flex h-full flex-col">
      <div className="shrink-0 px-3 pt-3 pb-2">
        <Button className="w-full justify-start" size="large" onClick={onNew}>
          <SquarePen size={16} strokeWidth={1.75} aria-hidden className="text-accent" />
          New conversation
        </Button>
      </div>
      <SessionList
        activeId={activeId}
        hrefOf={(id) => `/chat/${id}`}
        onDeletedOpen={onNew}
        onOpen={(id) => {
          navigate(`/chat/${id}`);
          onOpen();
        }}
      />
    </div>
  );
}
