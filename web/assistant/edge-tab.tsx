// The tab at the edge of every page that opens the assistant. It goes while the panel is open.
import { MessageSquareText } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { ariaKeys } from '../design/keys.ts';
import { tip } from '../design/tooltips.ts';
import { useShortcut } from '../shortcuts/use-shortcut.ts';
import { useAssistant, useAssistantState } from './assistant-provider.tsx';

export const EDGE_TAB_ID = 'assistant-tab';

export function EdgeTab() {
  const { openPanel } = useAssistant();
  const keys = useShortcut('togglePanel');
  const { store } = useAssistantState((state) => state.main);
  const live = useSyncExternalStore(store.subscribe, () => store.shown().live);
  return (
    <button
      id={EDGE_TAB_ID}
      type="button"
      aria-label={live ? 'Open the assistant, which is answering' : 'Open the assistant'}
      {...(keys !== null && { 'aria-keyshortcuts': ariaKeys(keys) })}
      {...tip('Open the assistant', keys ?? undefined)}
      onClick={openPanel}
      className="edge-tab"
    >
      <MessageSquareText size={20} strokeWidth={1.75} aria-hidden />
      {live && <span aria-hidden className="size-2 animate-pulse rounded-full bg-current" />}
    </button>
  );
}
