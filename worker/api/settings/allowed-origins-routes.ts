// The sites whose pages may use the org's assistant: every member sees the list, admins change it.
import type { Context } from 'hono';
import { isLocalOrigin, MAX_ALLOWED_ORIGINS } from '../../../durable/allowed-origins.ts';
import { settingsOf } from '../../../durable/env.ts';
import { AppError } from '../../../durable/errors.ts';
import { readAllowedOrigins, updateAllowedOrigins } from '../../../durable/postgres/queries/allowed-origins.ts';
import { postgresDepsOf } from '../../../durable/postgres/with-tenant.ts';
import { originListOf } from '../../auth/cors.ts';
import type { EdgeEnv } from '../../edge-env.ts';
import { Conflict } from '../../http/conflict.ts';
import { defineRoute } from '../../routing/define-route.ts';
import { AllowedOriginsChange, AllowedOriginsView } from './settings-schema.ts';

const PERMISSION = 'settings:update';
const IN_THE_ORG = {
  paths: ['/api/v1/settings/allowed-origins'],
  tag: 'organization',
  feature: 'none',
  rights: 'confirmed',
} as const;

export const allowedOriginRoutes = [
  defineRoute({
    method: 'get',
    ...IN_THE_ORG,
    permission: 'member',
    summary: 'List the allowed origins',
    reply: { status: 200, description: 'The current list.', schema: AllowedOriginsView },
    errors: ['NOT_FOUND', 'DATABASE_UNAVAILABLE'],
    handler: (c) => view(c),
  }),
  defineRoute({
    method: 'put',
    ...IN_THE_ORG,
    permission: PERMISSION,
    summary: 'Replace the allowed origins',
    description:
      'Pages of these origins may call the API with a bearer token and show the assistant in a frame. Takes effect within a minute. If `version` is not the stored one, the conflict has both lists.',
    body: AllowedOriginsChange,
    reply: { status: 200, description: 'The current list.', schema: AllowedOriginsView },
    errors: ['NOT_FOUND', 'FORBIDDEN', 'SETTINGS_CONFLICT', 'DATABASE_UNAVAILABLE'],
    handler: async (c, { body: { origins, version } }) => {
      const local = origins.find(isLocalOrigin);
      if (local !== undefined && settingsOf(c.env).ENVIRONMENT !== 'local')
        throw new AppError('BAD_REQUEST', {
          detail: `Use https: ${local}. Plain http works only where Groundwire itself runs locally.`,
        });
      const change = { origins, version, requestId: c.get('requestId') };
      const outcome = await updateAllowedOrigins(postgresDepsOf(c.env), c.get('access'), change);
      if (outcome.ok) {
        originListOf(c.env).forget();
        return view(c);
      }
      if (outcome.code === 'FORBIDDEN') throw new AppError('FORBIDDEN');
      throw new AppError('SETTINGS_CONFLICT', {
        cause: new Conflict(outcome.version, [{ field: 'origins', stored: outcome.origins, sent: origins }]),
      });
    },
  }),
];

async function view(c: Context<EdgeEnv>): Promise<AllowedOriginsView> {
  const access = c.get('access');
  const { updatedAt, ...stored } = await readAllowedOrigins(postgresDepsOf(c.env), access);
  return {
    ...stored,
    origins: [...stored.origins],
    limit: MAX_ALLOWED_ORIGINS,
    mayUpdate: access.permissions.includes(PERMISSION),
    updatedAt: updatedAt === null ? null : new Date(updatedAt).toISOString(),
  };
}
