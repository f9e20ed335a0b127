// What a message would take, before it is sent. Makes no model work and reserves nothing.
import { Hono } from 'hono';
import { conversationOf } from '../../durable/conversation/conversation-stub.ts';
import { AppError } from '../../durable/errors.ts';
import type { EdgeEnv } from '../edge-env.ts';
import { requireScope } from '../named-scope.ts';
import { parseInput } from '../problem.ts';
import { readJson } from '../read-json.ts';
import { type Estimate, EstimateRequest } from '../usage-contract.ts';

export const estimateRoutes = new Hono<EdgeEnv>();

estimateRoutes.post('/estimate', async (c) => {
  const body = await readJson(c.req.raw);
  if (!body.ok) throw body.error;
  const { threadId, text, model, mode, programId, designId, about } = parseInput(EstimateRequest, body.value);
  const access = c.get('access');
  // A session that is yet to come answers like one that was never written to.
  const sessionId = threadId ?? crypto.randomUUID();
  const scope = await requireScope(c, { programId: programId ?? null, designId: designId ?? null }, threadId ?? null);
  const answer = await conversationOf(c.env, access.orgId, sessionId).estimate({
    access,
    settings: c.get('settings'),
    draft: {
      ...{ sessionId, text, model: model ?? null, mode: mode ?? 'chat' },
      ...scope,
      about: about ?? null,
    },
  });
  if (!answer.ok) throw new AppError(answer.code, answer.detail === undefined ? {} : { detail: answer.detail });
  const { ok: _ok, ...rest } = answer;
  const estimate: Estimate = rest;
  return c.json(estimate);
});
