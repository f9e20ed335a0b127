// Experimental features as data: what an org's admins can turn on. To add one: a row here, and a question where it has its
// effect. They are off unless `tenant_settings.settings.experimentalFeatures` says otherwise.
import type { Access } from './principal.ts';

type Feature = { readonly key: string; readonly name: string; readonly description: string };

export const FEATURES = [
  { key: 'aiAssistant', name: 'AI Assistant', description: 'Enable AI-powered Quick Ask and Chat sidebar' },
  {
    key: 'longAnswers',
    name: 'Long answers',
    description: 'Let one answer grow to 32,000 tokens instead of 8,000, as far as the model can',
  },
] as const satisfies readonly Feature[];

export type FeatureKey = (typeof FEATURES)[number]['key'];
export type ExperimentalFeatures = Readonly<Record<FeatureKey, boolean>>;

/** Stands on the page where they are turned on. */
export const EXPERIMENTAL_WARNING = 'Experimental features may change or be removed without notice.';

/** Every feature there is; what is not stored as on is off. */
export function readExperimentalFeatures(stored: Readonly<Record<string, unknown>>): ExperimentalFeatures {
  return Object.fromEntries(FEATURES.map(({ key }) => [key, stored[key] === true])) as ExperimentalFeatures;
}

export const isExperimentalFeatureEnabled = (access: Pick<Access, 'features'>, key: FeatureKey): boolean =>
  access.features[key] === true;
