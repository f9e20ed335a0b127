// How an org keeps its conversations: everybody sees the rules, admins set them.
import { type Context, Hono } from 'hono';
import { AppError } from '../../durable/errors.ts';
import { postgresDepsOf } from '../../durable/postgres/config.ts';
import { readSessionRules, updateSessionRules } from '../../durable/postgres/session-rules.ts';
import { retentionOf } from '../../durable/retention/retention-stub.ts';
import { Conflict, conflictingValues } from '../conflict.ts';
import type { EdgeEnv } from '../edge-env.ts';
import { permitted } from '../gate.ts';
import { parseInput } from '../problem.ts';
import { readJson } from '../read-json.ts';
import { SessionRulesChange, type SessionRulesView } from '../settings-contract.ts';

const PERMISSION = 'settings:update';

export const sessionRulesRoutes = new Hono<EdgeEnv>();

sessionRulesRoutes.get('/settings/sessions', async (c) => c.json(await view(c)));

sessionRulesRoutes.put('/settings/sessions', permitted(PERMISSION), async (c) => {
  const access = c.get('access');
  const body = await readJson(c.req.raw);
  if (!body.ok) throw body.error;
  const { version, ...rules } = parseInput(SessionRulesChange, body.value);
  // First, so that no rule is saved that nothing carries out; a sweep too many changes nothing.
  await retentionOf(c.env, access.orgId).wake({ orgId: access.orgId });
  const change = { rules, version, requestId: c.get('requestId') };
  const outcome = await updateSessionRules(postgresDepsOf(c.env), access, change);
  if (outcome.ok) return c.json(await view(c));
  if (outcome.code === 'FORBIDDEN') throw new AppError('FORBIDDEN');
  throw new AppError('SETTINGS_CONFLICT', {
    cause: new Conflict(outcome.version, conflictingValues(outcome.rules, rules)),
  });
});

async function view(c: Context<EdgeEnv>): Promise<SessionRulesView> {
  const access = c.get('access');
  const { updatedAt, ...stored } = await readSessionRules(postgresDepsOf(c.env), access);
  return {
    ...stored,
    mayUpdate: access.permissions.includes(PERMISSION),
    updatedAt: updatedAt === null ? null : new Date(updatedAt).toISOString(),
  };
}
