// The Worker of the local stack: the deployed one, and a sign-in as any person of the demo, without a password.
// That route stands in no deployed build: nothing that is deployed imports this file.
import { z } from 'zod';
import { runChores } from '../durable/chores/run-chores.ts';
import { settingsOf } from '../durable/env.ts';
import { AppError } from '../durable/errors.ts';
import { createApp } from '../worker/app.ts';
import { parseInput } from '../worker/problem.ts';
import { readJson } from '../worker/read-json.ts';
import { signIn } from '../worker/sign-in.ts';
import { DEMO_ORGS, DEMO_PEOPLE, getDemoPerson } from './demo-people.ts';

export { Account } from '../durable/account/account.ts';
export { Breakers } from '../durable/breakers/breakers.ts';
export { Budget } from '../durable/budget/budget.ts';
export { Conversation } from '../durable/conversation/conversation.ts';
export { Retention } from '../durable/retention/retention.ts';

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
