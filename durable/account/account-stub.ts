// How an Account object is addressed: by the subject of the person's tokens.
import type { Account } from './account.ts';

export function accountOf(env: Env, subject: string): DurableObjectStub<Account> {
  const namespace = env.ACCOUNTS as DurableObjectNamespace<Account>;
  return namespace.getByName(`user:${subject}`);
}
