// ‹ 2/3 ›: which version of a question or an answer is shown, and the ways to its neighbours.
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { IconButton } from '../design/icon-button.tsx';
import { chooseVersion } from './branching.ts';
import { useConversation, useConversationState } from './conversation.tsx';
import { tell } from './tell.ts';

type SwitcherProps = {
  of: 'question' | 'answer';
  /** Ids of the versions, and the one that is shown. */
  ids: readonly string[];
  shown: string;
};

export function VersionSwitcher({ of, ids, shown }: SwitcherProps) {
  const conversation = useConversation();
  const live = useConversationState((state) => state.live);
  const [busy, setBusy] = useState(false);
  const at = ids.indexOf(shown);
  if (ids.length < 2 || at < 0) return null;
  const choose = (next: number) => {
    const id = ids[next];
    if (id === undefined || busy || live) return;
    setBusy(true);
    chooseVersion(conversation, id).then(
      () => setBusy(false),
      (error: unknown) => {
        setBusy(false);
        tell(error);
      },
    );
  };
  const step = (label: string, next: number, icon: typeof ChevronLeft) => (
    <IconButton
      size="small"
      icon={icon}
      label={label}
      aria-disabled={next < 0 || next >= ids.length || live || undefined}
      onClick={() => choose(next)}
      className="aria-disabled:opacity-40 rtl:-scale-x-100"
    />
  );
  return (
    // biome-ignore lint/a11y/useSemanticElements: two buttons and a number, no fields
    <div role="group" aria-label={`Versions of this ${of}`} data-versions={of} className="flex items-center">
      {step(`Earlier ${of}`, at - 1, ChevronLeft)}
      <span className="min-w-7 text-center text-meta text-muted tabular-nums">
        <span aria-hidden>
          {at + 1}/{ids.length}
        </span>
        <span className="sr-only">
          {at + 1} of {ids.length}
        </span>
      </span>
      {step(`Later ${of}`, at + 1, ChevronRight)}
    </div>
  );
}
