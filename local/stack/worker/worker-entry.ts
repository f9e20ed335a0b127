// The local stack's Worker: the deployed one plus a sign-in as any demo person, without a password. Nothing that is
// deployed imports this file, so no deployed build has that route.
import * as z from 'zod';
import { runChores } from '../../../durable/chores/run-chores.ts';
import { settingsOf } from '../../../durable/env.ts';
import { AppError } from '../../../durable/errors.ts';
import { createApp } from '../../../worker/app.ts';
import { signIn } from '../../../worker/auth/sign-in.ts';
import { parseInput } from '../../../worker/http/problem.ts';
import { readJson } from '../../../worker/http/read-json.ts';
import { DEMO_ORGS, DEMO_PEOPLE, getDemoPerson } from '../../demo-data/demo-people.ts';

export { Account } from '../../../durable/account/account.ts';
export { AuditTrail } from '../../../durable/audit/audit-trail.ts';
export { Breakers } from '../../../durable/breakers/breakers.ts';
export { Budget } from '../../../durable/budget/budget.ts';
export { Conversation } from '../../../durable/conversation/conversation.ts';
export { Retention } from '../../../durable/retention/retention.ts';

const DevSignIn = z.strictObject({ email: z.string().max(255) });

const app = createApp({
  before: function addDevSignIn(edge) {
    edge.use('/auth/dev', async function localOnly(c, next) {
      if (settingsOf(c.env).ENVIRONMENT !== 'local') throw new AppError('NOT_FOUND');
      await next();
    });
    edge.get('/auth/dev', (c) => c.json({ people: listPeople() }));
    edge.post('/auth/dev', async (c) => {
      const body = await readJson(c.req.raw);
      if (!body.ok) throw body.error;
      const { email } = parseInput(DevSignIn, body.value);
      const person = getDemoPerson(email.trim().toLowerCase());
      if (!person) throw new AppError('NOT_FOUND', { detail: 'GET /auth/dev lists who can sign in here.' });
      const identity = { email: person.email, emailVerified: true, name: person.name };
      return c.json({ token: await signIn(c, person.subject, { identity }) });
    });
  },
});

export default {
  fetch: app.fetch,
  scheduled: async (_beat, env) => void (await runChores(env)),
} satisfies ExportedHandler<Env>;

function listPeople() {
  return DEMO_PEOPLE.map((person) => ({
    email: person.email,
    name: person.name,
    orgs: Object.entries(person.memberships).map(([slug, role]) => {
      const org = DEMO_ORGS.find((candidate) => candidate.slug === slug);
      return { slug, name: org?.name ?? slug, plan: org?.plan ?? null, aiAssistant: org?.aiAssistant ?? false, role };
    }),
  }));
}
