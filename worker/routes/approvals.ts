// The owner's click on a card.
import { Hono } from 'hono';
import { digestOf } from '../../durable/canonical-json.ts';
import { conversationOf } from '../../durable/conversation/conversation-stub.ts';
import { AppError } from '../../durable/errors.ts';
import { ApprovalId, Decide, type Decided } from '../contract.ts';
import type { EdgeEnv } from '../edge-env.ts';
import { callsModel, requireOpenModelGate, understood } from '../model-call.ts';
import { parseInput } from '../problem.ts';
import { refusedBy } from '../refused.ts';
import { toConfirmation } from '../transcript-view.ts';
import { requireSessionId } from './session-id.ts';

/** Mounted before the other routes of the assistant: what is decided is reported by a model. */
export const approvalRoutes = new Hono<EdgeEnv>();

const PATH = '/sessions/:sessionId/approvals/:approvalId';

/** A card is decided once: further clicks on it cost nothing. */
const counted = callsModel({
  rights: 'confirmed',
  runOf: (c) => ({ sessionId: c.req.param('sessionId') ?? '', runId: `approval:${c.req.param('approvalId')}` }),
});

approvalRoutes.post(PATH, counted, async (c) => {
  // What the user confirms is done whatever is left of the month; only its report may be refused.
  const input = await understood(c.get('body'), (value) => parseInput(Decide, value).decision === 'approve');
  const approve = await requireOpenModelGate(c, { input });
  const sessionId = requireSessionId(c.req.param('sessionId'));
  const approvalId = ApprovalId.safeParse(c.req.param('approvalId'));
  if (!approvalId.success) throw new AppError('NOT_FOUND');
  const access = c.get('access');
  const answer = await conversationOf(c.env, access.orgId, sessionId).decide({
    access,
    settings: c.get('settings'),
    requestId: c.get('requestId'),
    runId: crypto.randomUUID(),
    approvalId: approvalId.data,
    approve,
    digest: await digestOf({ approvalId: approvalId.data, approve }),
  });
  if (!answer.ok) throw refusedBy(answer);
  const decided: Decided = { runId: answer.runId, confirmation: toConfirmation(answer.confirmation) };
  return c.json(decided);
});
