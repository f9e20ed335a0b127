// The settings pages as data. To add one, add an entry here and its page in a lazily loaded file.
import {
  Archive,
  ChartColumn,
  FlaskConical,
  Globe,
  KeyRound,
  type LucideIcon,
  MonitorSmartphone,
  ScrollText,
  Users,
} from 'lucide-react';
import type { ComponentType } from 'react';
import type { Me } from '../../worker/api/identity/identity-schema.ts';
import type { Permission } from '../../worker/api/members/members-schema.ts';
import { lazyPart } from '../boundary/load-part.ts';
import { hasAnyPermission, type SettingsTabProps } from './settings-access.ts';

export type SettingsTab = {
  /** The last part of its URL. */
  readonly id: string;
  readonly label: string;
  readonly icon: LucideIcon;
  /** One sentence about the page. */
  readonly description: string;
  /** Any of these permissions opens the page, as on the server. Empty: every member can view it. */
  readonly opensFor: readonly Permission[];
  /** Any of these permissions allows changes. */
  readonly changesFor: readonly Permission[];
  /** Tables need more room than forms. */
  readonly isWide?: boolean;
  readonly Page: ComponentType<SettingsTabProps>;
};

export const SETTINGS_TABS: readonly SettingsTab[] = [
  {
    id: 'experimental-features',
    label: 'Experimental Features',
    icon: FlaskConical,
    description: 'Turn the assistant and its new features on or off for everyone.',
    opensFor: [],
    changesFor: ['settings:update'],
    Page: lazyPart(async () => (await import('./features/features-page.tsx')).FeaturesPage),
  },
  {
    id: 'ai-providers',
    label: 'AI providers',
    icon: KeyRound,
    description: 'Choose the provider, model, API key and fallback.',
    opensFor: [],
    changesFor: ['ai_settings:create', 'ai_settings:update'],
    Page: lazyPart(async () => (await import('./providers/providers-page.tsx')).ProvidersPage),
  },
  {
    id: 'members',
    label: 'Members',
    icon: Users,
    description: 'Invite people, assign roles and see what each role can do.',
    opensFor: ['members:read'],
    changesFor: ['members:manage'],
    Page: lazyPart(async () => (await import('./members/members-page.tsx')).MembersPage),
  },
  {
    id: 'sessions',
    label: 'Conversations',
    icon: Archive,
    description: 'Choose how many conversations are kept per person and for how long.',
    opensFor: [],
    changesFor: ['settings:update'],
    Page: lazyPart(async () => (await import('./sessions/sessions-page.tsx')).SessionsPage),
  },
  {
    id: 'allowed-origins',
    label: 'Your sites',
    icon: Globe,
    description: 'Choose the sites whose pages can show the assistant and use the API.',
    opensFor: [],
    changesFor: ['settings:update'],
    Page: lazyPart(async () => (await import('./origins/origins-page.tsx')).OriginsPage),
  },
  {
    id: 'sign-ins',
    label: 'Your sign-ins',
    icon: MonitorSmartphone,
    description: 'See where you are signed in, and end sessions that you don’t recognize.',
    opensFor: [],
    changesFor: [],
    Page: lazyPart(async () => (await import('./sign-ins/sign-ins-page.tsx')).SignInsPage),
  },
  {
    id: 'usage',
    label: 'Usage',
    icon: ChartColumn,
    description: 'See tokens, cost and time to first token by day, person, model and template.',
    opensFor: ['usage:read', 'audit:read'],
    changesFor: [],
    isWide: true,
    Page: lazyPart(async () => (await import('./usage/usage-page.tsx')).UsagePage),
  },
  {
    id: 'audit',
    label: 'Audit log',
    icon: ScrollText,
    description: 'Review activity, export it and verify integrity.',
    opensFor: ['audit:read'],
    changesFor: [],
    isWide: true,
    Page: lazyPart(async () => (await import('./audit/audit-page.tsx')).AuditPage),
  },
];

export const tabPath = ({ id }: Pick<SettingsTab, 'id'>): string => `/settings/${id}`;

export const canOpen = ({ opensFor }: SettingsTab, me: Me): boolean =>
  opensFor.length === 0 || hasAnyPermission(me, opensFor);
