// The top bar's links, limited to what the user has access to.
import { FilePenLine, LayoutGrid, type LucideIcon, MessagesSquare, Settings } from 'lucide-react';
import type { Me } from '../../worker/api/identity/identity-schema.ts';
import type { Permission } from '../../worker/api/members/members-schema.ts';
import { useAssistantState } from '../assistant/assistant-provider.tsx';

export type ProductPart = {
  readonly label: string;
  readonly icon: LucideIcon;
  /** Path prefix of its pages, to mark the current one. */
  readonly root: string;
  readonly href: string;
};

/** Users with any of these see the Settings link. Others can still open settings pages by URL. */
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
  // Link to the open conversation instead of an empty one.
  const chat = useAssistantState(({ main }) => (main.store.get().exists ? `/chat/${main.id}` : '/chat'));
  return [
    { label: 'Workspace', icon: LayoutGrid, root: '/workspace', href: '/workspace' },
    ...(canAsk(me) ? [{ label: 'Chat', icon: MessagesSquare, root: '/chat', href: chat }] : []),
    ...(canDraft(me) ? [{ label: 'Drafts', icon: FilePenLine, root: '/drafts', href: '/drafts' }] : []),
    ...(hasSettings(me) ? [{ label: 'Settings', icon: Settings, root: '/settings', href: '/settings' }] : []),
  ];
}

export const hasSettings = (me: Me): boolean =>
  me.org.permissions.some((permission) => SETTINGS_PERMISSIONS.some((one) => one === permission));

/** True if the assistant is turned on for the organization. */
export const canAsk = (me: Me): boolean => me.org.features['aiAssistant'] === true;

/** Only organizations whose pack has templates grant this permission. */
export const canDraft = (me: Me): boolean => canAsk(me) && me.org.permissions.includes('templates:draft');

export const isWithin = (root: string, path: string): boolean => path === root || path.startsWith(`${root}/`);
