// The experimental features an org's admins can turn on. To add one, add a row here and check it where it takes effect.
// A feature is off unless `tenant_settings.settings.experimentalFeatures` turns it on.
import type { Access } from './principal.ts';

type Feature = { readonly key: string; readonly name: string; readonly description: string };

export const FEATURES = [
  { key: 'aiAssistant', name: 'AI Assistant', description: 'Enable AI-powered Quick Ask and Chat sidebar' },
  {
    key: 'longAnswers',
    name: 'Long answers',
    description: 'Allow answers of up to 32,000 tokens instead of 8,000, if the model supports it',
  },
] as const satisfies readonly Feature[];

export type FeatureKey = (typeof FEATURES)[number]['key'];
export type ExperimentalFeatures = Readonly<Record<FeatureKey, boolean>>;

/** Shown above the list of features. */
export const EXPERIMENTAL_WARNING = 'Experimental features may change or be removed without notice.';

/** All features; those not stored as on are off. */
export function readExperimentalFeatures(stored: Readonly<Record<string, unknown>>): ExperimentalFeatures {
  return Object.fromEntries(FEATURES.map(({ key }) => [key, stored[key] === true])) as ExperimentalFeatures;
}

export const isExperimentalFeatureEnabled = (access: Pick<Access, 'features'>, key: FeatureKey): boolean =>
  access.features[key] === true;
