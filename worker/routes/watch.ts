// Who has a session open is told without asking: whose turn is answered, who waits, who else is here.
import { Hono } from 'hono';
import { conversationOf } from '../../durable/conversation/conversation-stub.ts';
import { asciiJson } from '../ascii-json.ts';
import type { EdgeEnv } from '../edge-env.ts';
import { eventStream, requireEvents } from '../event-stream.ts';
import { requireSessionId } from './session-id.ts';

export const watchRoutes = new Hono<EdgeEnv>();

watchRoutes.get('/sessions/:sessionId/watch', async (c) => {
  const sessionId = requireSessionId(c.req.param('sessionId'));
  const access = c.get('access');
  const response = await conversationOf(c.env, access.orgId, sessionId).fetch('https://conversation/watch', {
    headers: { 'X-Groundwire-Access': asciiJson(access) },
  });
  return eventStream(await requireEvents(response), { sessionId });
});
