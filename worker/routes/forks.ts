// Copies of conversations, and the branches inside of one.
import { type Context, Hono } from 'hono';
import { accountOf } from '../../durable/account/account-stub.ts';
import { conversationOf } from '../../durable/conversation/conversation-stub.ts';
import { BranchChoice, type ForkList, NewFork } from '../branching-contract.ts';
import type { EdgeEnv } from '../edge-env.ts';
import { parseInput } from '../problem.ts';
import { readJson } from '../read-json.ts';
import { refusedBy } from '../refused.ts';
import { toSession } from '../session-view.ts';
import { requireSessionId } from './session-id.ts';

export const forkRoutes = new Hono<EdgeEnv>();

forkRoutes.post('/sessions/:sessionId/fork', async (c) => {
  const sessionId = await requireSession(c);
  const { messageId, id = crypto.randomUUID() } = parseInput(NewFork, await readBody(c));
  const access = c.get('access');
  // What is copied goes from one object to the other; nothing of it comes from the client.
  const source = await conversationOf(c.env, access.orgId, sessionId).copyOut({ access, messageId });
  if (!source.ok) throw refusedBy(source);
  const fork = conversationOf(c.env, access.orgId, id);
  const answer = await fork.copyIn({ access, id, copy: source.copy, requestId: c.get('requestId') });
  if (!answer.ok) throw refusedBy(answer);
  return c.json(toSession(answer.session, answer.activeRunId), 201);
});

forkRoutes.get('/sessions/:sessionId/forks', async (c) => {
  const sessionId = await requireSession(c);
  const { orgId, subject } = c.get('access');
  const forks = await accountOf(c.env, subject).listForks({ orgId, sessionId });
  const list: ForkList = { forks: forks.map((fork) => toSession(fork, null)) };
  return c.json(list);
});

forkRoutes.put('/sessions/:sessionId/branch', async (c) => {
  const sessionId = await requireSession(c);
  const { messageId } = parseInput(BranchChoice, await readBody(c));
  const access = c.get('access');
  const call = { access, messageId, requestId: c.get('requestId') };
  const answer = await conversationOf(c.env, access.orgId, sessionId).showBranch(call);
  if (!answer.ok) throw refusedBy(answer);
  return c.json(toSession(answer.session, answer.activeRunId));
});

/** Not yours comes before not well-formed. */
async function requireSession(c: Context<EdgeEnv>): Promise<string> {
  const sessionId = requireSessionId(c.req.param('sessionId') ?? '');
  const access = c.get('access');
  const answer = await conversationOf(c.env, access.orgId, sessionId).read({ access });
  if (!answer.ok) throw refusedBy(answer);
  return sessionId;
}

async function readBody(c: Context<EdgeEnv>): Promise<unknown> {
  const body = await readJson(c.req.raw);
  if (!body.ok) throw body.error;
  return body.value;
}
