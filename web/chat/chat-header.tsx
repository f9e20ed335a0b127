// The line above a conversation: its title, the model that answers, and who is asking.
import { FlaskConical, PanelLeft } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Me } from '../../worker/contract.ts';
import { Badge } from '../design/badge.tsx';
import { IconButton } from '../design/icon-button.tsx';
import { UserMenu } from '../frame/user-menu.tsx';

type ChatHeaderProps = {
  title: string;
  me: Me;
  /** The demo model answers. */
  demo: boolean;
  /** Chooses the model; on narrow screens it stands with the composer instead. */
  picker: ReactNode;
  /** Null where there is no list to open. */
  onOpenSessions: (() => void) | null;
};

export function ChatHeader({ title, me, demo, picker, onOpenSessions }: ChatHeaderProps) {
  return (
    <header className="flex h-14 shrink-0 items-center gap-2 border-b border-line px-3 desk:px-4">
      {onOpenSessions && (
        <IconButton icon={PanelLeft} label="Conversations" onClick={onOpenSessions} className="desk:hidden" />
      )}
      <h1 dir="auto" className="min-w-0 grow truncate font-medium [text-align:match-parent]">
        {title}
      </h1>
      {demo && (
        <Badge
          tone="notice"
          icon={FlaskConical}
          title="Answers come from a built-in demo model. Set a provider key to ask a real one."
        >
          Demo model<span className="hidden wide:inline"> – not an AI</span>
          <span className="sr-only wide:hidden"> – not an AI</span>
        </Badge>
      )}
      {picker && <div className="hidden min-w-0 desk:block">{picker}</div>}
      <span className="hidden max-w-44 truncate border-s border-line ps-3 text-small text-muted desk:inline">
        {me.org.name}
      </span>
      <UserMenu me={me} />
    </header>
  );
}
