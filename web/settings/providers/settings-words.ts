// Provider settings in words: where a value comes from, and what two people saved. Pure.
import type { AiSettingsView } from '../../../worker/settings-contract.ts';
import type { ConflictingValue } from '../settings-conflict.ts';

type Origin = NonNullable<AiSettingsView['origins']['model']>;

export const ORIGIN_WORDS: Readonly<Record<Origin, string>> = {
  program: 'from program',
  organisation: 'from organisation',
  environment: 'from environment',
  provider: 'provider’s default',
};

const FIELDS: Readonly<Record<string, string>> = {
  enabled: 'Answers',
  provider: 'Provider',
  model: 'Model',
  baseUrl: 'Base URL',
  fallback: 'Fallback provider',
  'fallback.provider': 'Fallback provider',
  'fallback.model': 'Fallback model',
  'fallback.baseUrl': 'Fallback base URL',
};

type Providers = AiSettingsView['providers'];

export const providerLabel = (providers: Providers, id: string | null): string =>
  providers.find((provider) => provider.id === id)?.label ?? id ?? 'None';

export const conflictRow = (providers: Providers, { field, stored, sent }: ConflictingValue) => ({
  label: FIELDS[field] ?? field,
  stored: valueWords(providers, field, stored),
  sent: valueWords(providers, field, sent),
});

function valueWords(providers: Providers, field: string, value: unknown): string {
  if (typeof value === 'boolean') return value ? 'On' : 'Off';
  // A fallback as a whole, where one of the two has none.
  const text = typeof value === 'object' && value !== null ? (value as { provider?: unknown }).provider : value;
  if (typeof text !== 'string') return field.startsWith('fallback') ? 'None' : 'Not set here';
  return field.endsWith('rovider') || field === 'fallback' ? providerLabel(providers, text) : text;
}
