// The owner's click on a card.
import { Hono } from 'hono';
import { digestOf } from '../../durable/canonical-json.ts';
import { conversationOf } from '../../durable/conversation/conversation-stub.ts';
import { AppError } from '../../durable/errors.ts';
import { ApprovalId, Decide, type Decided } from '../contract.ts';
import type { EdgeEnv } from '../edge-env.ts';
import { parseInput } from '../problem.ts';
import { readJson } from '../read-json.ts';
import { toConfirmation } from '../transcript-view.ts';
import { requireSessionId } from './session-id.ts';

export const approvalRoutes = new Hono<EdgeEnv>();

approvalRoutes.post('/sessions/:sessionId/approvals/:approvalId', async (c) => {
  const sessionId = requireSessionId(c.req.param('sessionId'));
  const approvalId = ApprovalId.safeParse(c.req.param('approvalId'));
  if (!approvalId.success) throw new AppError('NOT_FOUND');
  const body = await readJson(c.req.raw);
  if (!body.ok) throw body.error;
  const approve = parseInput(Decide, body.value).decision === 'approve';
  const access = c.get('access');
  const answer = await conversationOf(c.env, access.orgId, sessionId).decide({
    access,
    requestId: c.get('requestId'),
    runId: crypto.randomUUID(),
    approvalId: approvalId.data,
    approve,
    digest: await digestOf({ approvalId: approvalId.data, approve }),
  });
  if (!answer.ok) throw new AppError(answer.code, answer.detail === undefined ? {} : { detail: answer.detail });
  const decided: Decided = { runId: answer.runId, confirmation: toConfirmation(answer.confirmation) };
  return c.json(decided);
});
