// The deployed Worker: its HTTP app and its Durable Objects.
import { runChores } from '../durable/chores/run-chores.ts';
import { createApp } from './app.ts';

export { Account } from '../durable/account/account.ts';
export { AuditTrail } from '../durable/audit/audit-trail.ts';
export { Breakers } from '../durable/breakers/breakers.ts';
export { Budget } from '../durable/budget/budget.ts';
export { Conversation } from '../durable/conversation/conversation.ts';
export { Retention } from '../durable/retention/retention.ts';

const app = createApp();

export default {
  fetch: app.fetch,
  scheduled: async (_beat, env) => void (await runChores(env)),
} satisfies ExportedHandler<Env>;
