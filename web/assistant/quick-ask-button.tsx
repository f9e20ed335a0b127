// The Quick Ask button in the top bar, with its shortcut.
import { Sparkles } from 'lucide-react';
import { Kbd } from '../design/kbd.tsx';
import { ariaKeys } from '../design/keys.ts';
import { tip } from '../design/overlays/tooltips.ts';
import { useShortcut } from '../shortcuts/use-shortcut.ts';
import { useAssistant } from './assistant-provider.tsx';

export function QuickAskButton() {
  const { openQuick } = useAssistant();
  const keys = useShortcut('quickAsk');
  return (
    <button
      type="button"
      aria-haspopup="dialog"
      {...(keys !== null && { 'aria-keyshortcuts': ariaKeys(keys) })}
      {...tip('Ask without leaving this page', keys ?? undefined)}
      onClick={openQuick}
      className="inline-flex h-8 shrink-0 items-center gap-2 rounded-control border border-line-strong bg-raised px-2.5 text-small text-muted shadow-raised transition-colors hover:border-accent hover:text-text touch:size-11 touch:justify-center touch:px-0"
    >
      <Sparkles size={16} strokeWidth={1.75} aria-hidden className="text-accent" />
      <span className="sr-only desk:not-sr-only touch:sr-only!">Quick Ask</span>
      {keys !== null && (
        <span aria-hidden className="hidden desk:inline touch:hidden">
          <Kbd keys={keys} />
        </span>
      )}
    </button>
  );
}
