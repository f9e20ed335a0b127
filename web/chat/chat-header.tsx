// The header of the chat page: title, forks, demo badge and, on small screens, the button for the conversation list.
import { FlaskConical, PanelLeft } from 'lucide-react';
import { Suspense } from 'react';
import { lazyPart } from '../boundary/load-part.ts';
import { OptionalBoundary } from '../boundary/part-failure.tsx';
import { Badge } from '../design/badge.tsx';
import { IconButton } from '../design/controls/icon-button.tsx';
import { MixedText } from '../markdown/mixed-text.tsx';
import { useSessions } from '../queries.ts';
import { useConversationModels } from './composer/use-conversation-models.ts';
import { useConversation } from './conversation.tsx';
import { useForkedFrom, useTitle } from './use-open-session.ts';

const ForkTree = lazyPart(async () => (await import('./fork-tree.tsx')).ForkTree);

export function ChatHeader({ onOpenSessions }: { onOpenSessions: () => void }) {
  const title = useTitle();
  const isForked = useIsForked();
  return (
    <header className="flex h-12 shrink-0 items-center gap-2 px-3 desk:px-4">
      <IconButton icon={PanelLeft} label="Conversations" onClick={onOpenSessions} className="desk:hidden" />
      <h1 dir="auto" className="min-w-0 grow truncate font-medium text-parent">
        <MixedText text={title} />
      </h1>
      {isForked && (
        <OptionalBoundary words="Couldn’t load the list of forks." resetKey={title}>
          <Suspense fallback={null}>
            <ForkTree />
          </Suspense>
        </OptionalBoundary>
      )}
      <DemoBadge />
    </header>
  );
}

/** Whether the conversation is a fork or has forks. */
function useIsForked(): boolean {
  const { id } = useConversation();
  const isFork = useForkedFrom() !== null;
  const { data } = useSessions();
  const isFrom = ({ forkedFrom }: { readonly forkedFrom?: { readonly sessionId: string } | null | undefined }) =>
    forkedFrom?.sessionId === id;
  return isFork || (data?.pages.some(({ sessions }) => sessions.some(isFrom)) ?? false);
}

/** Shown wherever answers are read, if the built-in demo model writes them. */
export function DemoBadge({ isShort = false }: { isShort?: boolean }) {
  const models = useConversationModels(null);
  if (!models?.demo) return null;
  return (
    <Badge
      tone="notice"
      icon={FlaskConical}
      tip="Answers come from a built-in demo model. Add a provider key to use a real one."
    >
      {isShort ? 'Demo' : 'Demo model'}
      <span className={isShort ? 'sr-only' : 'sr-only wide:not-sr-only'}> – not an AI</span>
    </Badge>
  );
}
