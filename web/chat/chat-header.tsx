// The line above the conversation on its own page: its title, whether the demo model answers, and the way to the others.
import { FlaskConical, PanelLeft } from 'lucide-react';
import { Badge } from '../design/badge.tsx';
import { IconButton } from '../design/icon-button.tsx';
import { ForkTree } from './fork-tree.tsx';
import { useModelsHere } from './use-models-here.ts';
import { useTitle } from './use-title.ts';

export function ChatHeader({ onOpenSessions }: { onOpenSessions: () => void }) {
  const title = useTitle();
  return (
    <header className="flex h-12 shrink-0 items-center gap-2 px-3 desk:px-4">
      <IconButton icon={PanelLeft} label="Conversations" onClick={onOpenSessions} className="desk:hidden" />
      <h1 dir="auto" className="min-w-0 grow truncate font-medium text-parent">
        {title}
      </h1>
      <ForkTree />
      <DemoBadge />
    </header>
  );
}

/** Says that no AI answers, wherever answers are read. */
export function DemoBadge({ isShort = false }: { isShort?: boolean }) {
  const models = useModelsHere(null);
  if (!models?.demo) return null;
  return (
    <Badge
      tone="notice"
      icon={FlaskConical}
      tip="Answers come from a built-in demo model. Set a provider key to ask a real one."
    >
      {isShort ? 'Demo' : 'Demo model'}
      <span className={isShort ? 'sr-only' : 'sr-only wide:not-sr-only'}> – not an AI</span>
    </Badge>
  );
}
