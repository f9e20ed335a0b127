// Every page with the assistant around it: the tab at the edge, the panel beside the page, Quick Ask above both, and the
// keys that open them. Where the organisation has it turned off, none of it is there.
import { type CSSProperties, lazy, type ReactNode, Suspense, useRef, useSyncExternalStore } from 'react';
import type { Me } from '../../worker/contract.ts';
import { focusComposer } from '../chat/composer.tsx';
import { ToastRegion } from '../design/toast-region.tsx';
import { canAsk } from '../frame/product-nav.ts';
import { UndoToast } from '../sessions/undo-toast.tsx';
import { closeShortcuts, isShortcutsOpen, openShortcuts, subscribeToShortcuts } from '../shortcuts/open-shortcuts.ts';
import { useShortcuts } from '../shortcuts/use-shortcut.ts';
import { useAssistant, useAssistantState, useIsWide } from './assistant-provider.tsx';
import { EDGE_TAB_ID, EdgeTab } from './edge-tab.tsx';
import { Panel } from './panel.tsx';
import { QuickAsk } from './quick-ask.tsx';
import { usePanelPhase } from './use-panel-phase.ts';
import { usePanelWidth } from './use-panel-width.ts';
import { useReturnFocus } from './use-return-focus.ts';
import { useStops } from './use-stops.ts';

const ShortcutsDialog = lazy(() =>
  import('../shortcuts/shortcuts-dialog.tsx').then((module) => ({ default: module.ShortcutsDialog })),
);

export function AssistantShell({ me, children }: { me: Me; children: ReactNode }) {
  const assistant = useAssistant();
  const asks = canAsk(me);
  const isWide = useIsWide();
  const isOpen = useAssistantState((state) => state.isPanelOpen) && asks && !isWide;
  const panel = useRef<HTMLElement>(null);
  const phase = usePanelPhase(isOpen, panel);
  const { width, max, isPhone } = usePanelWidth();
  const isListOpen = useSyncExternalStore(subscribeToShortcuts, isShortcutsOpen);
  const covers = isPhone && phase !== 'closed';

  const close = () => {
    assistant.closePanel();
  };
  useReturnFocus(isOpen, panel, EDGE_TAB_ID);
  useStops(isOpen ? panel : null);
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
      // Whoever has the panel open has a place to ask already.
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
      {asks && <QuickAsk me={me} />}
      {isListOpen && (
        <Suspense fallback={null}>
          <ShortcutsDialog open onClose={closeShortcuts} />
        </Suspense>
      )}
      <ToastRegion>
        <UndoToast />
      </ToastRegion>
    </div>
  );
}

/** Behind a modal dialog nothing may change. */
const isModal = (): boolean => document.querySelector('dialog:modal') !== null;
