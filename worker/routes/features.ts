// An org's experimental features: everybody sees them, admins turn them on and off. Not behind the assistant's flag, which
// is one of them.
import { type Context, Hono } from 'hono';
import { AppError } from '../../durable/errors.ts';
import { EXPERIMENTAL_WARNING, FEATURES } from '../../durable/features.ts';
import { postgresDepsOf } from '../../durable/postgres/config.ts';
import { getExperimentalFeatures, updateExperimentalFeatures } from '../../durable/postgres/experimental-features.ts';
import { Conflict, conflictingValues } from '../conflict.ts';
import type { EdgeEnv } from '../edge-env.ts';
import { parseInput } from '../problem.ts';
import { readJson } from '../read-json.ts';
import { type ExperimentalFeatureList, ExperimentalFeaturesChange } from '../settings-contract.ts';

const PERMISSION = 'settings:update';

export const featureRoutes = new Hono<EdgeEnv>();

featureRoutes.get('/settings/experimental-features', async (c) => c.json(await listFeatures(c)));

featureRoutes.put('/settings/experimental-features', async (c) => {
  const access = c.get('access');
  if (!access.permissions.includes(PERMISSION)) throw new AppError('FORBIDDEN');
  const body = await readJson(c.req.raw);
  if (!body.ok) throw body.error;
  const { features, version } = parseInput(ExperimentalFeaturesChange, body.value);
  const change = { features: withoutUndefined(features), version, requestId: c.get('requestId') };
  const outcome = await updateExperimentalFeatures(postgresDepsOf(c.env), access, change);
  if (outcome.ok) return c.json(await listFeatures(c));
  if (outcome.code === 'FORBIDDEN') throw new AppError('FORBIDDEN');
  throw new AppError('SETTINGS_CONFLICT', {
    cause: new Conflict(outcome.version, conflictingValues(outcome.features, features)),
  });
});

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
