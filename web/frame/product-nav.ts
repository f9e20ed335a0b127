// The parts of the product that the top bar leads to, for those who may go there.
import { FilePenLine, LayoutGrid, type LucideIcon, MessagesSquare, Settings } from 'lucide-react';
import type { Me } from '../../worker/contract.ts';
import type { Permission } from '../../worker/members-contract.ts';
import { useAssistantState } from '../assistant/assistant-provider.tsx';

export type ProductPart = {
  readonly label: string;
  readonly icon: LucideIcon;
  /** Where its pages stand; the one that is open is marked. */
  readonly root: string;
  readonly href: string;
};

/** With one of them there is something to settle, or to read that is for few. Others find the pages at their addresses. */
export const SETTINGS_PERMISSIONS: readonly Permission[] = [
  'settings:update',
  'ai_settings:create',
  'ai_settings:update',
  'members:read',
  'members:manage',
  'audit:read',
  'usage:read',
];

export function useProductParts(me: Me): ProductPart[] {
  // The way back leads to the conversation that is open, not to an empty one.
  const chat = useAssistantState(({ main }) => (main.store.get().exists ? `/chat/${main.id}` : '/chat'));
  const maySet = me.org.permissions.some((permission) => SETTINGS_PERMISSIONS.some((one) => one === permission));
  return [
    { label: 'Workspace', icon: LayoutGrid, root: '/workspace', href: '/workspace' },
    ...(canAsk(me) ? [{ label: 'Chat', icon: MessagesSquare, root: '/chat', href: chat }] : []),
    ...(canDraft(me) ? [{ label: 'Drafts', icon: FilePenLine, root: '/drafts', href: '/drafts' }] : []),
    ...(maySet ? [{ label: 'Settings', icon: Settings, root: '/settings', href: '/settings' }] : []),
  ];
}

/** The assistant is turned on for the organisation. Whoever may not ask sees nothing of it. */
export const canAsk = (me: Me): boolean => me.org.features['aiAssistant'] === true;

/** Only roles of an org whose pack has templates hold it. */
export const canDraft = (me: Me): boolean => canAsk(me) && me.org.permissions.includes('templates:draft');

export const isWithin = (root: string, path: string): boolean => path === root || path.startsWith(`${root}/`);
