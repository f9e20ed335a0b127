// What whoever runs the installation asks of a conversation. Each may be asked again, and of an object in which nothing is.
import { accountOf } from '../account/account-stub.ts';
import { keepFactsOnly } from '../audit/outbox.ts';
import { retryParked } from '../audit/parked.ts';
import type { Pump } from '../audit/pump.ts';
import { schemaVersion } from '../sqlite-migrate.ts';
import type { ConversationDeps } from './deps.ts';
import { ErasedPerson, eraseWords, stopTurns } from './erase.ts';
import type { Watchers } from './watchers.ts';

export type ConversationChore =
  | { readonly kind: 'erase' }
  /** What one person said in a conversation that others share. */
  | { readonly kind: 'erase-words'; readonly person: ErasedPerson }
  /** Tries what was put aside once more. */
  | { readonly kind: 'retry-parked' };

type World = {
  readonly pump: Pump;
  readonly watchers: Watchers;
  readonly ctx: DurableObjectState;
  readonly env: Env;
};

export async function doChore(chore: ConversationChore, deps: ConversationDeps, world: World): Promise<void> {
  const { pump, watchers } = world;
  if (schemaVersion(deps.sql) === 0) return;
  switch (chore.kind) {
    case 'erase':
      return eraseAll(deps, world);
    case 'erase-words':
      await eraseWords(deps, ErasedPerson.parse(chore.person));
      watchers.tell();
      return pump.soon(0);
    case 'retry-parked':
      deps.transaction(() => retryParked(deps.sql, deps.now()));
      deps.keepAlive();
      return pump.soon(0);
  }
}

/**
 * All of it, for good. What it still has to charge and to report is delivered first.
 * @throws where something cannot be delivered yet, and where all is erased: the instance ends with it
 */
async function eraseAll(deps: ConversationDeps, { pump, watchers, ctx, env }: World): Promise<void> {
  watchers.endAll('NOT_FOUND');
  await stopTurns(deps, () => true);
  keepFactsOnly(deps.sql);
  if (!(await pump.now())) throw new Error('there is something to deliver yet');
  const session = deps.session.get();
  if (session?.audience === 'private')
    await accountOf(env, session.ownerSubject).forgetSession({ orgId: session.orgId, sessionId: session.id });
  await ctx.storage.deleteAlarm();
  await ctx.storage.deleteAll();
  ctx.abort('erased');
}
