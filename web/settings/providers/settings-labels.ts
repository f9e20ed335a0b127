// Labels for provider settings: where a value comes from, and both values of a conflict. Pure.
import type { AiSettingsView } from '../../../worker/api/settings/settings-schema.ts';
import { EFFORT_LABELS } from '../../effort-labels.ts';
import type { ConflictingValue } from '../settings-conflict.ts';

type Origin = NonNullable<AiSettingsView['origins']['model']>;

export const ORIGIN_LABELS: Readonly<Record<Origin, string>> = {
  program: 'from program',
  organisation: 'from organization',
  environment: 'from environment',
  provider: 'provider default',
};

const FIELDS: Readonly<Record<string, string>> = {
  enabled: 'Answers',
  provider: 'Provider',
  model: 'Model',
  baseUrl: 'Base URL',
  wire: 'API',
  effort: 'Default effort',
  effortCeiling: 'Highest effort',
  fallback: 'Fallback provider',
  'fallback.provider': 'Fallback provider',
  'fallback.model': 'Fallback model',
  'fallback.baseUrl': 'Fallback base URL',
  'fallback.wire': 'Fallback API',
};

type Providers = AiSettingsView['providers'];

export const providerLabel = (providers: Providers, id: string | null): string =>
  providers.find((provider) => provider.id === id)?.label ?? id ?? 'None';

export const wireLabel = (providers: Providers, id: string | null): string | null =>
  providers.flatMap(({ wires }) => wires).find((wire) => wire.id === id)?.label ?? id;

export const conflictRow = (providers: Providers, { field, stored, sent }: ConflictingValue) => ({
  label: FIELDS[field] ?? field,
  stored: formatValue(providers, field, stored),
  sent: formatValue(providers, field, sent),
});

export const effortText = ({ effort, effortCeiling }: Pick<AiSettingsView, 'effort' | 'effortCeiling'>): string =>
  `${effort === null ? 'Each model’s default' : EFFORT_LABELS[effort]}, up to ${effortCeiling ?? 'high'}`;

type Limits = NonNullable<AiSettingsView['limits']>;

const LIMIT_SOURCES: Readonly<Record<Limits['from'], string>> = {
  server: 'read from the server',
  catalog: 'from the catalog',
  assumed: 'assumed. Test the connection to read it from the server',
  asked: 'unless the server gives less. It is asked before each answer',
};

/** How much the model reads, and who says so. */
export const limitsText = ({ contextTokens, from }: Limits, locale?: string): string =>
  `${Math.floor(contextTokens / 1_000).toLocaleString(locale)}k tokens, ${LIMIT_SOURCES[from]}`;

type ModelNotice = AiSettingsView['modelNotices'][number];

/** What an admin should know about the end of a configured model. */
export function noticeText(notice: ModelNotice, locale?: string): string {
  const { slot, label, stage, on, successorLabel } = notice;
  const day = on && new Date(on).toLocaleDateString(locale, { dateStyle: 'long', timeZone: 'UTC' });
  const name = slot === 'fallback' ? `The fallback model, ${label},` : label;
  const next = successorLabel ?? 'another model';
  switch (stage) {
    case 'retired':
      return `${name} was retired on ${day} and no longer answers. Choose ${next}.`;
    case 'retiring':
      return `${name} retires on ${day}. Choose ${next} before then.`;
    case 'unpromised':
      return `${name} may be retired without notice from ${day}. Consider ${next}.`;
    case 'served':
      return '';
  }
}

function formatValue(providers: Providers, field: string, value: unknown): string {
  if (typeof value === 'boolean') return value ? 'On' : 'Off';
  // The whole fallback conflicts when only one side has one.
  if (field.endsWith('wire')) return wireLabel(providers, typeof value === 'string' ? value : null) ?? 'Default';
  const text = typeof value === 'object' && value !== null ? (value as { provider?: unknown }).provider : value;
  if (typeof text !== 'string') return field.startsWith('fallback') ? 'None' : 'Not set';
  return field.endsWith('rovider') || field === 'fallback' ? providerLabel(providers, text) : text;
}
