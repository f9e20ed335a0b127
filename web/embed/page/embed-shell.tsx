// The panel and Quick Ask in the frame. What is open follows the host's page, and the host's page follows what is open here.
import { Ellipsis, ExternalLink, History, LoaderCircle, SquarePen, X } from 'lucide-react';
import { Suspense, useEffect, useRef, useSyncExternalStore } from 'react';
import { useLocation } from 'wouter';
import type { Me } from '../../../worker/api/identity/identity-schema.ts';
import { type AssistantState, shownContext } from '../../assistant/assistant.ts';
import { useAssistant, useAssistantState } from '../../assistant/assistant-provider.tsx';
import { Panel } from '../../assistant/panel.tsx';
import { lazyPart } from '../../boundary/load-part.ts';
import { DialogBoundary } from '../../boundary/part-failure.tsx';
import { focusComposer } from '../../chat/composer/composer.tsx';
import { useConversation, useConversationState } from '../../chat/conversation.tsx';
import type { ChatContext } from '../../chat/runtime/chat-context.ts';
import { useTitle } from '../../chat/use-open-session.ts';
import { IconButton } from '../../design/controls/icon-button.tsx';
import { Menu } from '../../design/overlays/menu.tsx';
import type { MenuEntry } from '../../design/overlays/menu-list.tsx';
import { ToastRegion } from '../../design/overlays/toast-region.tsx';
import { hasSettings } from '../../frame/product-nav.ts';
import { MixedText } from '../../markdown/mixed-text.tsx';
import { UndoToast } from '../../sessions/undo-toast.tsx';
import { useShortcuts } from '../../shortcuts/use-shortcut.ts';
import type { Brand, Mode, ViewContext } from '../protocol.ts';
import type { HostLink } from './host-link.ts';
import type { Translate } from './translate-page.ts';

const QuickAsk = lazyPart(async () => (await import('../../assistant/quick-ask.tsx')).QuickAsk);

const modeOf = ({ isPanelOpen, isQuickOpen }: AssistantState): Mode | null =>
  isQuickOpen ? 'quick' : isPanelOpen ? 'panel' : null;

export function EmbedShell({ me, link, words }: { me: Me; link: HostLink; words: Translate }) {
  const assistant = useAssistant();
  const panel = useRef<HTMLElement>(null);
  const mode = useAssistantState(modeOf);
  useFollowHost(link);
  useReport(link);
  useShortcuts({
    togglePanel: () => {
      link.setMode(mode === 'panel' ? null : 'panel');
      return true;
    },
    quickAsk: () => mode === 'panel' && focusComposer(panel.current),
    listShortcuts: () => false,
  });
  return (
    <>
      {mode === 'panel' && (
        <Panel
          me={me}
          ref={panel}
          phase="open"
          width={0}
          max={0}
          isPhone
          onClose={assistant.closePanel}
          header={(titleId) => <EmbedHeader me={me} titleId={titleId} brand={link.init.brand} words={words} />}
        />
      )}
      <DialogBoundary open={mode === 'quick'} onClose={assistant.closeQuick}>
        <Suspense fallback={null}>
          <QuickAsk me={me} />
        </Suspense>
      </DialogBoundary>
      <ToastRegion>
        <UndoToast />
      </ToastRegion>
    </>
  );
}

function useFollowHost(link: HostLink): void {
  const assistant = useAssistant();
  const { mode, context } = useSyncExternalStore(link.subscribe, link.get);
  useEffect(() => {
    if (mode === modeOf(assistant.get())) {
      // Opened again while it was open: only the focus is missing.
      if (mode === 'panel') assistant.focusPanel();
      return;
    }
    assistant.closeQuick();
    if (mode === 'panel') assistant.openPanel();
    else assistant.closePanel();
    if (mode === 'quick') assistant.openQuick();
  }, [assistant, mode]);

  useEffect(() => assistant.setInView(context && toChatContext(context)), [assistant, context]);

  useEffect(
    () =>
      link.onAsk(({ text, mode: place, send }) => {
        if (place === 'quick') assistant.openQuick();
        const { main, quick } = assistant.get();
        const conversation = place === 'quick' ? quick : main;
        if (send) conversation.send(text, { about: shownContext(assistant.get()) });
        else conversation.store.set({ prefill: text });
      }),
    [assistant, link],
  );
}

function useReport(link: HostLink): void {
  const mode = useAssistantState(modeOf);
  const removed = useAssistantState((state) => state.removed);
  const main = useAssistantState((state) => state.main.store);
  const quick = useAssistantState((state) => state.quick.store);
  const isMainLive = useSyncExternalStore(main.subscribe, () => main.shown().live);
  const isQuickLive = useSyncExternalStore(quick.subscribe, () => quick.shown().live);
  const isAnswering = isMainLive || isQuickLive;
  const isFirst = useRef(true);
  useEffect(() => {
    // The first mode is the host's.
    if (!isFirst.current) link.setMode(mode);
    isFirst.current = false;
  }, [link, mode]);
  useEffect(() => {
    if (removed !== null) link.removeContext();
  }, [link, removed]);
  useEffect(() => link.setAnswering(isAnswering), [link, isAnswering]);
}

const MAX_LABEL = 200;

function toChatContext({ type, id, title, data }: ViewContext): ChatContext {
  const label = `${type.charAt(0).toUpperCase()}${type.slice(1)}: ${title}`.slice(0, MAX_LABEL).toWellFormed();
  return {
    programId: null,
    designId: null,
    label,
    path: null,
    draft: '',
    // Checked by the protocol to be JSON.
    item: { type, id, title, data: (data ?? null) as NonNullable<ChatContext['item']>['data'] },
  };
}

function EmbedHeader({ me, titleId, brand, words }: { me: Me; titleId: string; brand: Brand; words: Translate }) {
  const assistant = useAssistant();
  const [, navigate] = useLocation();
  const { id } = useConversation();
  const exists = useConversationState((state) => state.exists);
  const live = useConversationState((state) => state.live);
  const isHistoryOpen = useAssistantState((state) => state.isHistoryOpen);
  const title = useTitle();
  const icon = <ExternalLink size={16} aria-hidden />;
  const entries: MenuEntry[] = [
    { kind: 'item', label: 'Open full page', icon, onSelect: () => navigate(exists ? `/chat/${id}` : '/chat') },
    ...(hasSettings(me)
      ? [{ kind: 'item', label: 'Settings', icon, onSelect: () => navigate('/settings') } as const]
      : []),
  ];
  return (
    <header className="flex h-12 shrink-0 items-center gap-0.5 border-b border-line ps-4 pe-2 touch:h-14">
      {brand.logo !== undefined && <img src={brand.logo} alt="" className="me-2 size-5 shrink-0 object-contain" />}
      <h2 id={titleId} dir="auto" className="min-w-0 truncate font-medium text-parent">
        <MixedText text={exists ? title : (brand.name ?? words('New conversation'))} />
      </h2>
      {live && (
        <LoaderCircle size={16} role="img" aria-label="Answering" className="ms-2 shrink-0 animate-spin text-accent" />
      )}
      <span className="grow" />
      <IconButton
        icon={History}
        label="History"
        aria-pressed={isHistoryOpen}
        onClick={assistant.toggleHistory}
        className="aria-pressed:bg-press aria-pressed:text-text"
      />
      <IconButton icon={SquarePen} label="New conversation" onClick={assistant.begin} />
      <Menu trigger={<IconButton icon={Ellipsis} label="More" />} entries={entries} />
      <IconButton icon={X} label="Close the assistant" onClick={assistant.closePanel} />
    </header>
  );
}
