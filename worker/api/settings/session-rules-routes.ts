// How long an org keeps its conversations: every member sees the rules, admins set them.
import type { Context } from 'hono';
import { retentionOf } from '../../../durable/contracts/retention.ts';
import { AppError } from '../../../durable/errors.ts';
import { readSessionRules, updateSessionRules } from '../../../durable/postgres/queries/session-rules.ts';
import { postgresDepsOf } from '../../../durable/postgres/with-tenant.ts';
import type { EdgeEnv } from '../../edge-env.ts';
import { Conflict, conflictingValues } from '../../http/conflict.ts';
import { defineRoute } from '../../routing/define-route.ts';
import { SessionRulesChange, SessionRulesView } from './settings-schema.ts';

const PERMISSION = 'settings:update';
const IN_THE_ORG = {
  paths: ['/api/v1/settings/sessions'],
  tag: 'organization',
  feature: 'none',
  rights: 'confirmed',
} as const;

export const sessionRulesRoutes = [
  defineRoute({
    method: 'get',
    ...IN_THE_ORG,
    permission: 'member',
    summary: 'Read the retention rules for conversations',
    reply: { status: 200, description: 'The current rules.', schema: SessionRulesView },
    errors: ['NOT_FOUND', 'DATABASE_UNAVAILABLE'],
    handler: (c) => view(c),
  }),
  defineRoute({
    method: 'put',
    ...IN_THE_ORG,
    permission: PERMISSION,
    summary: 'Set the retention rules for conversations',
    description:
      'Conversations that the rules no longer keep are permanently deleted, starting in about a minute. Pinned and shared conversations and the audit log are not affected. If `version` is not the stored one, the conflict lists both values.',
    body: SessionRulesChange,
    reply: { status: 200, description: 'The current rules.', schema: SessionRulesView },
    errors: ['NOT_FOUND', 'FORBIDDEN', 'SETTINGS_CONFLICT', 'DATABASE_UNAVAILABLE'],
    handler: async (c, { body: { version, ...rules } }) => {
      const access = c.get('access');
      // Before the save, so that no saved rule lacks an object to apply it. An extra sweep changes nothing.
      await retentionOf(c.env, access.orgId).wake({ orgId: access.orgId });
      const change = { rules, version, requestId: c.get('requestId') };
      const outcome = await updateSessionRules(postgresDepsOf(c.env), access, change);
      if (outcome.ok) return view(c);
      if (outcome.code === 'FORBIDDEN') throw new AppError('FORBIDDEN');
      throw new AppError('SETTINGS_CONFLICT', {
        cause: new Conflict(outcome.version, conflictingValues(outcome.rules, rules)),
      });
    },
  }),
];

async function view(c: Context<EdgeEnv>): Promise<SessionRulesView> {
  const access = c.get('access');
  const { updatedAt, ...stored } = await readSessionRules(postgresDepsOf(c.env), access);
  return {
    ...stored,
    mayUpdate: access.permissions.includes(PERMISSION),
    updatedAt: updatedAt === null ? null : new Date(updatedAt).toISOString(),
  };
}
