// The panel's header: title, progress, history, new conversation and a menu.
import { Ellipsis, History, Keyboard, LoaderCircle, Maximize2, SquarePen, X } from 'lucide-react';
import { useLocation } from 'wouter';
import { DemoBadge } from '../chat/chat-header.tsx';
import { useConversation, useConversationState } from '../chat/conversation.tsx';
import { useTitle } from '../chat/use-open-session.ts';
import { IconButton } from '../design/controls/icon-button.tsx';
import { Menu } from '../design/overlays/menu.tsx';
import type { MenuEntry } from '../design/overlays/menu-list.tsx';
import { MixedText } from '../markdown/mixed-text.tsx';
import { openShortcuts } from '../shortcuts/open-shortcuts.ts';
import { useShortcut } from '../shortcuts/use-shortcut.ts';
import { useAssistant, useAssistantState } from './assistant-provider.tsx';
import { WIDTH_CHOICES } from './panel-width.ts';
import { setPanelWidth } from './use-panel-width.ts';

type HeaderProps = { titleId: string; width: number; isPhone: boolean; onClose: () => void };

export function PanelHeader({ titleId, width, isPhone, onClose }: HeaderProps) {
  const assistant = useAssistant();
  const [, navigate] = useLocation();
  const { id } = useConversation();
  const exists = useConversationState((state) => state.exists);
  const live = useConversationState((state) => state.live);
  const isHistoryOpen = useAssistantState((state) => state.isHistoryOpen);
  const title = useTitle();
  const keys = useShortcut('togglePanel');

  const widen = () => {
    assistant.widen();
    navigate(exists ? `/chat/${id}` : '/chat');
  };
  const widths: MenuEntry = {
    kind: 'choices',
    label: 'Width',
    value: String(width),
    choices: WIDTH_CHOICES,
    onChange: (value) => setPanelWidth(Number(value)),
  };
  const entries: MenuEntry[] = [
    { kind: 'item', label: 'Open full page', icon: <Maximize2 size={16} aria-hidden />, onSelect: widen },
    { kind: 'item', label: 'Keyboard shortcuts', icon: <Keyboard size={16} aria-hidden />, onSelect: openShortcuts },
    ...(isPhone ? [] : [{ kind: 'separator' } as const, widths]),
  ];
  return (
    <header className="flex h-12 shrink-0 items-center gap-0.5 border-b border-line ps-4 pe-2 touch:h-14">
      <h2 id={titleId} dir="auto" className="min-w-0 truncate font-medium text-parent">
        <MixedText text={title} />
      </h2>
      {live && (
        <LoaderCircle size={16} role="img" aria-label="Answering" className="ms-2 shrink-0 animate-spin text-accent" />
      )}
      <span className="ms-2 shrink-0">
        <DemoBadge isShort />
      </span>
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
      <IconButton icon={X} label="Close the assistant" keys={keys ?? undefined} onClick={onClose} />
    </header>
  );
}
