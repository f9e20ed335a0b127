// The deployed Worker: the edge, and the objects that it speaks to.
import { createApp } from './app.ts';

export { Account } from '../durable/account/account.ts';
export { Breakers } from '../durable/breakers/breakers.ts';
export { Budget } from '../durable/budget/budget.ts';
export { Conversation } from '../durable/conversation/conversation.ts';
export { Retention } from '../durable/retention/retention.ts';

const app = createApp();

export default { fetch: app.fetch } satisfies ExportedHandler<Env>;
