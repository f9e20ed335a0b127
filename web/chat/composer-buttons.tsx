// Search and Send; while an answer streams, Stop stands where Send was, in the same size.
import { ArrowUp, Search, Square } from 'lucide-react';
import { cx } from '../design/cx.ts';
import { IconButton } from '../design/icon-button.tsx';
import { tip } from '../design/tooltips.ts';
import { useConversation, useConversationState } from './conversation.tsx';
import { isOwnTurn } from './standing.ts';

export function ComposerButtons({ isEmpty, onSearch }: { isEmpty: boolean; onSearch: () => void }) {
  const { stop } = useConversation();
  // While somebody else is answered one can send: it waits for its turn. Their answer is theirs to stop.
  const live = useConversationState(isOwnTurn);
  const stopping = useConversationState((state) => state.stopping);
  return (
    <div className="flex shrink-0 items-center gap-1">
      <IconButton
        icon={Search}
        label="Search"
        hint="Search: a short answer from what is there"
        keys="Mod+Enter"
        aria-disabled={isEmpty || live}
        onClick={onSearch}
        className="rounded-full"
      />
      {live ? (
        <button
          type="button"
          onClick={stop}
          aria-label={stopping ? 'Stopping' : 'Stop'}
          {...tip(stopping ? 'Stopping' : 'Stop')}
          className={cx(SEND, 'bg-text text-surface', stopping && 'animate-pulse')}
        >
          <Square size={14} fill="currentColor" aria-hidden />
        </button>
      ) : (
        <button
          type="submit"
          aria-disabled={isEmpty}
          aria-label="Send"
          {...tip('Send', 'Enter')}
          className={cx(
            SEND,
            isEmpty ? 'bg-neutral text-on-neutral' : 'bg-accent text-on-accent hover:bg-accent-strong',
          )}
        >
          <ArrowUp size={18} strokeWidth={2.25} aria-hidden />
        </button>
      )}
    </div>
  );
}

const SEND = 'inline-flex size-9 shrink-0 items-center justify-center rounded-full transition-colors touch:size-11';
