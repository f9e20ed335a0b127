// Stopping a run.
import { type Context, Hono } from 'hono';
import { accountOf } from '../../durable/account/account-stub.ts';
import { conversationOf } from '../../durable/conversation/conversation-stub.ts';
import { RunId } from '../../durable/conversation/requests.ts';
import { AppError } from '../../durable/errors.ts';
import { type Cancelled, CancelRun } from '../contract.ts';
import type { EdgeEnv } from '../edge-env.ts';
import { parseInput } from '../problem.ts';
import { readJson } from '../read-json.ts';
import { refusedBy } from '../refused.ts';

export const runRoutes = new Hono<EdgeEnv>();

runRoutes.post('/runs/:runId/cancel', async (c) => {
  const body = await readJson(c.req.raw, { optional: true });
  if (!body.ok) throw body.error;
  const { threadId } = parseInput(CancelRun, body.value === undefined ? {} : body.value);
  const runId = parseInput(RunId, c.req.param('runId'));
  const access = c.get('access');
  const sessionId = threadId ?? (await requireSessionOfRun(c, runId));
  const answer = await conversationOf(c.env, access.orgId, sessionId).cancel({ access, runId });
  if (!answer.ok) throw refusedBy(answer);
  const cancelled: Cancelled = { runId, status: answer.status };
  return c.json(cancelled);
});

/** The session that one of the person's recent runs belongs to. @throws AppError NOT_FOUND */
export async function requireSessionOfRun(c: Context<EdgeEnv>, runId: string): Promise<string> {
  const { subject, orgId } = c.get('access');
  const sessionId = await accountOf(c.env, subject).findRun({ orgId, runId });
  if (sessionId === null) throw new AppError('NOT_FOUND');
  return sessionId;
}
