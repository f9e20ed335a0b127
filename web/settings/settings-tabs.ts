// The settings by subject, as data. To add one: an entry here, and its page in a file that loads when it is opened.
import { Archive, ChartColumn, FlaskConical, KeyRound, type LucideIcon, ScrollText, Users } from 'lucide-react';
import { type ComponentType, lazy } from 'react';
import type { Me } from '../../worker/contract.ts';
import type { Permission } from '../../worker/members-contract.ts';
import { has, type SettingsTabProps } from './settings-access.ts';

export type SettingsTab = {
  /** The last part of its address. */
  readonly id: string;
  readonly label: string;
  readonly icon: LucideIcon;
  /** What is settled there, in a sentence. */
  readonly description: string;
  /** One of them opens it, as the server has it; none: every member may look. */
  readonly opensFor: readonly Permission[];
  /** One of them lets one change something there. */
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
    description: 'Turn the assistant and what is new in it on or off for everybody.',
    opensFor: [],
    changesFor: ['settings:update'],
    Page: lazy(() => import('./features/features-page.tsx').then((module) => ({ default: module.FeaturesPage }))),
  },
  {
    id: 'ai-providers',
    label: 'AI providers',
    icon: KeyRound,
    description: 'Choose who answers, with which model and key, and who stands in.',
    opensFor: [],
    changesFor: ['ai_settings:create', 'ai_settings:update'],
    Page: lazy(() => import('./providers/providers-page.tsx').then((module) => ({ default: module.ProvidersPage }))),
  },
  {
    id: 'members',
    label: 'Members',
    icon: Users,
    description: 'Invite people, give them roles, and see what each role permits.',
    opensFor: ['members:read'],
    changesFor: ['members:manage'],
    Page: lazy(() => import('./members/members-page.tsx').then((module) => ({ default: module.MembersPage }))),
  },
  {
    id: 'sessions',
    label: 'Conversations',
    icon: Archive,
    description: 'Set how many conversations of each person are kept, and for how long.',
    opensFor: [],
    changesFor: ['settings:update'],
    Page: lazy(() => import('./sessions/sessions-page.tsx').then((module) => ({ default: module.SessionsPage }))),
  },
  {
    id: 'usage',
    label: 'Usage',
    icon: ChartColumn,
    description: 'See tokens, cost and times to the first word, by day, person, model and template.',
    opensFor: ['usage:read', 'audit:read'],
    changesFor: [],
    isWide: true,
    Page: lazy(() => import('./usage/usage-page.tsx').then((module) => ({ default: module.UsagePage }))),
  },
  {
    id: 'audit',
    label: 'Audit log',
    icon: ScrollText,
    description: 'See what happened and who did it, take a copy, and check that the log is whole.',
    opensFor: ['audit:read'],
    changesFor: [],
    isWide: true,
    Page: lazy(() => import('./audit/audit-page.tsx').then((module) => ({ default: module.AuditPage }))),
  },
];

export const addressOf = ({ id }: Pick<SettingsTab, 'id'>): string => `/settings/${id}`;

export const mayOpen = ({ opensFor }: SettingsTab, me: Me): boolean => opensFor.length === 0 || has(me, opensFor);
