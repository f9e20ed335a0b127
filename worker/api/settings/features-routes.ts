// An org's experimental features: every member sees them, admins turn them on and off. Not behind the assistant's flag, which
// is one of them.
import type { Context } from 'hono';
import { AppError } from '../../../durable/errors.ts';
import { EXPERIMENTAL_WARNING, FEATURES } from '../../../durable/features.ts';
import {
  getExperimentalFeatures,
  updateExperimentalFeatures,
} from '../../../durable/postgres/queries/experimental-features.ts';
import { postgresDepsOf } from '../../../durable/postgres/with-tenant.ts';
import type { EdgeEnv } from '../../edge-env.ts';
import { Conflict, conflictingValues } from '../../http/conflict.ts';
import { defineRoute } from '../../routing/define-route.ts';
import { ExperimentalFeatureList, ExperimentalFeaturesChange } from './settings-schema.ts';

const PERMISSION = 'settings:update';
const IN_THE_ORG = {
  paths: ['/api/v1/settings/experimental-features'],
  tag: 'organization',
  feature: 'none',
  rights: 'confirmed',
} as const;

export const featureRoutes = [
  defineRoute({
    method: 'get',
    ...IN_THE_ORG,
    permission: 'member',
    summary: 'List experimental features',
    reply: { status: 200, description: 'Every feature, and whether it is on.', schema: ExperimentalFeatureList },
    errors: ['NOT_FOUND', 'DATABASE_UNAVAILABLE'],
    handler: (c) => listFeatures(c),
  }),
  defineRoute({
    method: 'put',
    ...IN_THE_ORG,
    permission: PERMISSION,
    summary: 'Turn experimental features on or off',
    description:
      'If `version` is not the stored one, the conflict lists both values. Takes effect within 30 seconds, or right away after a page reload.',
    body: ExperimentalFeaturesChange,
    reply: { status: 200, description: 'Every feature, and whether it is on.', schema: ExperimentalFeatureList },
    errors: ['NOT_FOUND', 'FORBIDDEN', 'SETTINGS_CONFLICT', 'DATABASE_UNAVAILABLE'],
    handler: async (c, { body: { features, version } }) => {
      const change = { features: withoutUndefined(features), version, requestId: c.get('requestId') };
      const outcome = await updateExperimentalFeatures(postgresDepsOf(c.env), c.get('access'), change);
      if (outcome.ok) return listFeatures(c);
      if (outcome.code === 'FORBIDDEN') throw new AppError('FORBIDDEN');
      throw new AppError('SETTINGS_CONFLICT', {
        cause: new Conflict(outcome.version, conflictingValues(outcome.features, features)),
      });
    },
  }),
];

async function listFeatures(c: Context<EdgeEnv>): Promise<ExperimentalFeatureList> {
  const access = c.get('access');
  const { features, version, updatedAt, updatedBy } = await getExperimentalFeatures(postgresDepsOf(c.env), access);
  return {
    warning: EXPERIMENTAL_WARNING,
    features: FEATURES.map((feature) => ({ ...feature, enabled: features[feature.key] })),
    version,
    mayUpdate: access.permissions.includes(PERMISSION),
    updatedAt: updatedAt === null ? null : new Date(updatedAt).toISOString(),
    updatedBy,
  };
}

const withoutUndefined = <T extends Record<string, boolean | undefined>>(given: T): { [K in keyof T]?: boolean } =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: boolean };
