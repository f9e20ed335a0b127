// Puts the assistant around every page: edge tab, panel, Quick Ask and their shortcuts. Renders none of it if the
// assistant is turned off for the organization.

import { MessageSquareText } from 'lucide-react';
import { type CSSProperties, type ReactNode, Suspense, useRef, useSyncExternalStore } from 'react';
import type { Me } from '../../worker/api/identity/identity-schema.ts';
import { lazyPart } from '../boundary/load-part.ts';
import { DialogBoundary } from '../boundary/part-failure.tsx';
import { focusComposer } from '../chat/composer/composer.tsx';
import { ariaKeys } from '../design/keys.ts';
import { ToastRegion } from '../design/overlays/toast-region.tsx';
import { tip } from '../design/overlays/tooltips.ts';
import { canAsk } from '../frame/product-nav.ts';
import { UndoToast } from '../sessions/undo-toast.tsx';
import { closeShortcuts, isShortcutsOpen, openShortcuts, subscribeToShortcuts } from '../shortcuts/open-shortcuts.ts';
import { useShortcut, useShortcuts } from '../shortcuts/use-shortcut.ts';
import { useAssistant, useAssistantState, useIsWide } from './assistant-provider.tsx';
import { Panel } from './panel.tsx';
import { useF6Navigation, useReturnFocus } from './panel-focus.ts';
import { usePanelPhase } from './use-panel-phase.ts';
import { usePanelWidth } from './use-panel-width.ts';

const EDGE_TAB_ID = 'assistant-tab';

const QuickAsk = lazyPart(async () => (await import('./quick-ask.tsx')).QuickAsk);
const ShortcutsDialog = lazyPart(async () => (await import('../shortcuts/shortcuts-dialog.tsx')).ShortcutsDialog);

export function AssistantShell({ me, children }: { me: Me; children: ReactNode }) {
  const assistant = useAssistant();
  const asks = canAsk(me);
  const isWide = useIsWide();
  const isOpen = useAssistantState((state) => state.isPanelOpen) && asks && !isWide;
  const panel = useRef<HTMLElement>(null);
  const phase = usePanelPhase(isOpen, panel);
  const { width, max, isPhone } = usePanelWidth();
  const isListOpen = useSyncExternalStore(subscribeToShortcuts, isShortcutsOpen);
  const isQuickOpen = useAssistantState((state) => state.isQuickOpen);
  // Stays mounted once opened, so that it can close with its transition.
  const wasQuickOpen = useRef(false);
  wasQuickOpen.current ||= isQuickOpen;
  const covers = isPhone && phase !== 'closed';

  const close = () => {
    assistant.closePanel();
  };
  useReturnFocus(isOpen, panel, EDGE_TAB_ID);
  useF6Navigation(isOpen ? panel : null);
  useShortcuts({
    togglePanel: () => {
      if (!asks || isModal()) return false;
      if (isWide) return focusComposer(document.querySelector('main'));
      if (isOpen) close();
      else assistant.openPanel();
      return true;
    },
    quickAsk: () => {
      if (!asks || isModal()) return false;
      // With the panel open, focus its composer instead.
      if (!isOpen) assistant.openQuick();
      else if (panel.current?.querySelector('[data-composer]:focus')) return false;
      else {
        assistant.closeHistory();
        assistant.focusPanel();
      }
      return true;
    },
    listShortcuts: () => {
      if (!asks || isModal()) return false;
      openShortcuts();
      return true;
    },
  });

  return (
    <div className="shell" data-panel={phase} style={{ '--panel-width': `${width}px` } as CSSProperties}>
      <div className="shell-page" inert={covers}>
        {children}
      </div>
      {asks && !isWide && !isOpen && <EdgeTab />}
      {phase !== 'closed' && (
        <Panel me={me} ref={panel} phase={phase} width={width} max={max} isPhone={isPhone} onClose={close} />
      )}
      {asks && wasQuickOpen.current && (
        <DialogBoundary open={isQuickOpen} onClose={assistant.closeQuick}>
          <Suspense fallback={null}>
            <QuickAsk me={me} />
          </Suspense>
        </DialogBoundary>
      )}
      {isListOpen && (
        <DialogBoundary open onClose={closeShortcuts}>
          <Suspense fallback={null}>
            <ShortcutsDialog open onClose={closeShortcuts} />
          </Suspense>
        </DialogBoundary>
      )}
      <ToastRegion>
        <UndoToast />
      </ToastRegion>
    </div>
  );
}

/** Shortcuts must not change the page behind a modal dialog. */
const isModal = (): boolean => document.querySelector('dialog:modal') !== null;

/** The tab at the edge of the page that opens the panel. */
function EdgeTab() {
  const { openPanel } = useAssistant();
  const keys = useShortcut('togglePanel');
  const { store } = useAssistantState((state) => state.main);
  const live = useSyncExternalStore(store.subscribe, () => store.shown().live);
  return (
    <button
      id={EDGE_TAB_ID}
      type="button"
      aria-label={live ? 'Open the assistant (answering)' : 'Open the assistant'}
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
