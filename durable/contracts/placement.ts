// Where each class of objects runs. The only place that makes stubs. An object is created by its first call and stays where it was
// created: without a hint near the caller, which is always near its first user (docs/decisions/0075-where-objects-run.md).
import { settingsOf } from '../env.ts';

type Binding = 'CONVERSATIONS' | 'ACCOUNTS' | 'BUDGETS' | 'BREAKERS' | 'AUDIT_TRAILS' | 'RETENTIONS';

/** `caller`: on the path of a first token. `database`: works in the background, mostly with Postgres. */
const NEAR: Readonly<Record<Binding, 'caller' | 'database'>> = {
  /** The user's first request, through a Worker near them. */
  ACCOUNTS: 'caller',
  /** The same; in a shared place, the first member who opens it. */
  CONVERSATIONS: 'caller',
  /** The Conversation of the org's first question. Members on other continents wait for it in orgs with a limit. */
  BUDGETS: 'caller',
  BREAKERS: 'caller',
  AUDIT_TRAILS: 'database',
  RETENTIONS: 'database',
};

/** @param name identifies the object within its class, and within the jurisdiction if there is one */
export function stubOf<Calls extends Rpc.DurableObjectBranded>(
  env: Env,
  binding: Binding,
  name: string,
): DurableObjectStub<Calls> {
  const { OBJECT_JURISDICTION, DATABASE_LOCATION } = settingsOf(env);
  // The generated type of a binding names the class; callers know only the contract.
  const all = env[binding] as unknown as DurableObjectNamespace<Calls>;
  const namespace = OBJECT_JURISDICTION === undefined ? all : all.jurisdiction(OBJECT_JURISDICTION);
  const hint = NEAR[binding] === 'database' ? DATABASE_LOCATION : undefined;
  return namespace.getByName(name, hint === undefined ? {} : { locationHint: hint });
}
