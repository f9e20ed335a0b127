// The assistant beside the page. Not modal: the page goes on working next to it. It closes with Esc where nothing smaller
// is open, and gives the focus back to where it was.
import { type KeyboardEvent, type RefObject, useEffect, useId } from 'react';
import type { Me } from '../../worker/contract.ts';
import { focusComposer } from '../chat/composer.tsx';
import { ConversationContext } from '../chat/conversation.tsx';
import { ConversationBody } from '../chat/conversation-body.tsx';
import { shownContext } from './assistant.ts';
import { useAssistant, useAssistantState } from './assistant-provider.tsx';
import { HistoryOverlay } from './history-overlay.tsx';
import { PanelEmpty } from './panel-empty.tsx';
import { PanelHeader } from './panel-header.tsx';
import { Splitter } from './splitter.tsx';
import type { PanelPhase } from './use-panel-phase.ts';

type PanelProps = {
  me: Me;
  ref: RefObject<HTMLElement | null>;
  phase: PanelPhase;
  width: number;
  max: number;
  isPhone: boolean;
  onClose: () => void;
};

export function Panel({ me, ref, phase, width, max, isPhone, onClose }: PanelProps) {
  const assistant = useAssistant();
  const main = useAssistantState((state) => state.main);
  const about = useAssistantState(shownContext);
  const isHistoryOpen = useAssistantState((state) => state.isHistoryOpen);
  const focus = useAssistantState((state) => state.focus);
  const id = useId();
  const titleId = `${id}-title`;

  // biome-ignore lint/correctness/useExhaustiveDependencies: each request counts
  useEffect(() => {
    if (focus === 0) return;
    const panel = ref.current;
    // On touch the keyboard would cover what one came to read.
    if (!focusComposer(panel)) panel?.focus({ preventScroll: true });
  }, [focus]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || event.defaultPrevented || isSomethingOpen()) return;
    event.preventDefault();
    if (isHistoryOpen) {
      assistant.closeHistory();
      assistant.focusPanel();
    } else onClose();
  };

  return (
    <aside
      ref={ref}
      id={id}
      tabIndex={-1}
      aria-labelledby={titleId}
      data-phase={phase}
      data-menu-host
      onKeyDown={onKeyDown}
      className="panel"
    >
      {!isPhone && <Splitter panelId={id} width={width} max={max} onCollapse={onClose} />}
      <ConversationContext value={main}>
        <PanelHeader titleId={titleId} width={width} isPhone={isPhone} onClose={onClose} />
        <div className="relative flex min-h-0 grow flex-col" inert={isHistoryOpen}>
          <ConversationBody
            key={main.id}
            me={me}
            place="panel"
            about={about}
            onRemoveContext={assistant.removeContext}
            empty={<PanelEmpty orgName={me.org.name} />}
            onNew={assistant.begin}
          />
        </div>
        {isHistoryOpen && <HistoryOverlay />}
      </ConversationContext>
    </aside>
  );
}

/** A popover of the browser's own closes by the same key, and first. Menus take the key for themselves. */
const isSomethingOpen = (): boolean => document.querySelector('[popover=auto]:popover-open') !== null;
