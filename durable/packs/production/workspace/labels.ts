// Labels and formats shared by all pages: states and their colors, links, money, times.
import type { z } from 'zod';
import { type Cell, cell, fieldLabel, type Tone } from '../../workspace/page-parts.ts';
import type { WorkspaceSection } from '../../workspace/workspace-page.ts';
import type { EntityRef, NotShown } from '../shapes.ts';

/** By kind of record. Other states are neutral. */
const TONES = {
  project: { active: 'good', paused: 'notice' },
  show: { scheduled: 'accent', live: 'good', cancelled: 'danger' },
  assignment: { confirmed: 'good', offered: 'notice', declined: 'danger' },
  insurance: { valid: 'good', expiring: 'notice', expired: 'danger', missing: 'danger' },
  rfp: { sent: 'accent', closed: 'notice', awarded: 'good' },
  response: { shortlisted: 'accent', awarded: 'good' },
  severity: { minor: 'notice', major: 'danger', critical: 'danger' },
  incident: { open: 'notice', investigating: 'notice', resolved: 'good' },
  deliverable: { in_progress: 'accent', in_review: 'notice', approved: 'good', delivered: 'good' },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Tone>>>>;

type StateOf = keyof typeof TONES;

export const toneOf = (what: StateOf, state: string): Tone =>
  (TONES[what] as Readonly<Record<string, Tone>>)[state] ?? 'neutral';
export const mark = (what: StateOf, state: string) => ({ label: fieldLabel(state), tone: toneOf(what, state) });
export const stateCell = (what: StateOf, state: string): Cell => ({
  text: fieldLabel(state),
  tone: toneOf(what, state),
});

/** A time in the time zone of its place. */
export const momentCell = (iso: string | null, zone: string | null): Cell => ({
  text: iso ?? '',
  ...(iso !== null && zone !== null && { zone }),
});
export const dayCell = (day: string | null | undefined): Cell => ({ text: day ?? '' });

export function money(amount: number | null, currency: string | null): string {
  if (amount === null || currency === null) return '';
  const digits = Number.isInteger(amount) ? 0 : 2;
  const style = { style: 'currency', currency, minimumFractionDigits: digits, maximumFractionDigits: digits } as const;
  return new Intl.NumberFormat('en-US', style).format(amount);
}

export const yesNo = (value: boolean): string => (value ? 'Yes' : 'No');

export const projectPath = (id: string, tab?: string): string =>
  `/workspace/projects/${id}${tab === undefined ? '' : `?tab=${tab}`}`;
export const showPath = (id: string): string => `/workspace/shows/${id}`;
export const crewPath = (id: string): string => `/workspace/crew-members/${id}`;
export const vendorPath = (id: string): string => `/workspace/vendors/${id}`;
export const rfpPath = (id: string): string => `/workspace/rfps/${id}`;
export const incidentPath = (id: string): string => `/workspace/incidents/${id}`;
export const listPath = (id: string): string => `/workspace/lists/${id}`;
export const activityPath = (id: string): string => `/workspace/activities/${id}`;

export const HOME = { label: 'Projects', path: '/workspace' } as const;
export const projectTrail = (project: z.infer<typeof EntityRef> | null, tab?: { id: string; label: string }) => [
  HOME,
  ...(project ? [{ label: cell(project.name).text, path: projectPath(project.id) }] : []),
  ...(project && tab ? [{ label: tab.label, path: projectPath(project.id, tab.id) }] : []),
];

type Hidden = z.infer<typeof NotShown>;
export const isHidden = (hidden: Hidden, field: string): boolean => hidden.some(({ fields }) => fields.includes(field));

/** Lists the fields the role can't see, so that no one takes them for missing. */
export function hiddenNote(hidden: Hidden): WorkspaceSection[] {
  const names = hidden.flatMap(({ fields }) => fields.filter((field) => field !== 'currency').map(fieldLabel));
  if (names.length === 0) return [];
  return [{ type: 'text', heading: null, text: `Your role can't see: ${names.join(', ').toLowerCase()}.` }];
}
