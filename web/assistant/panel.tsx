// The assistant's panel beside the page. Not modal: the page stays usable. Esc closes it unless something smaller is open,
// such as the history.

import { X } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useId } from 'react';
import type { Me } from '../../worker/api/identity/identity-schema.ts';
import { PageBoundary } from '../boundary/part-failure.tsx';
import { focusComposer } from '../chat/composer/composer.tsx';
import { ConversationContext, useConversation } from '../chat/conversation.tsx';
import { ConversationBody } from '../chat/conversation-body.tsx';
import { IconButton } from '../design/controls/icon-button.tsx';
import { SessionList } from '../sessions/session-list.tsx';
import { isPress } from '../shortcuts/shortcuts.ts';
import { shownContext } from './assistant.ts';
import { useAssistant, useAssistantState } from './assistant-provider.tsx';
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
  /** In place of the panel's own. */
  header?: (titleId: string) => ReactNode;
};

export function Panel({ me, ref, phase, width, max, isPhone, onClose, header }: PanelProps) {
  const assistant = useAssistant();
  const main = useAssistantState((state) => state.main);
  const about = useAssistantState(shownContext);
  const isHistoryOpen = useAssistantState((state) => state.isHistoryOpen);
  const focus = useAssistantState((state) => state.focus);
  const id = useId();
  const titleId = `${id}-title`;

  // biome-ignore lint/correctness/useExhaustiveDependencies: focus is a counter of requests
  useEffect(() => {
    if (focus === 0) return;
    const panel = ref.current;
    // focusComposer does nothing on touch screens, where the keyboard would cover the conversation.
    if (!focusComposer(panel)) panel?.focus({ preventScroll: true });
  }, [focus]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (!isPress(event, 'closePanel') || event.defaultPrevented || isSomethingOpen()) return;
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
      <PageBoundary
        resetKey={main}
        frame={(content) => (
          <>
            <div className="flex h-12 shrink-0 items-center justify-end pe-2 touch:h-14">
              <IconButton icon={X} label="Close the assistant" onClick={onClose} />
            </div>
            <h2 id={titleId} className="sr-only">
              Assistant
            </h2>
            {content}
          </>
        )}
      >
        <ConversationContext value={main}>
          {header?.(titleId) ?? <PanelHeader titleId={titleId} width={width} isPhone={isPhone} onClose={onClose} />}
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
      </PageBoundary>
    </aside>
  );
}

/** Native popovers close with the same key, and first. Menus handle the key themselves. */
const isSomethingOpen = (): boolean => document.querySelector('[popover=auto]:popover-open') !== null;

/** The conversation list, over the open conversation. */
function HistoryOverlay() {
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
      <PageBoundary>
        <SessionList activeId={id} onOpen={open} onDeletedOpen={assistant.begin} takesFocus />
      </PageBoundary>
    </section>
  );
}
