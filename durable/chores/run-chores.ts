// Runs the chores that operators queued in Postgres; called by the cron trigger. A chore can run twice. One that fails is
// logged, stays queued and runs again next time.
import { accountOf } from '../contracts/account.ts';
import { breakersOf } from '../contracts/breakers.ts';
import { budgetOf } from '../contracts/budget.ts';
import { conversationOf } from '../contracts/conversation.ts';
import { logFailure } from '../log.ts';
import { type Chore, listChores, settleChores } from '../postgres/queries/object-chores.ts';
import { postgresDepsOf } from '../postgres/with-tenant.ts';

/** Per cron run: each chore can call several objects, and a run can make a thousand calls. */
const MAX_CHORES = 200;
const CONCURRENCY = 8;

/** @throws AppError if Postgres is unavailable */
export async function runChores(env: Env): Promise<{ readonly done: number; readonly failed: number }> {
  const postgres = postgresDepsOf(env);
  const chores = await listChores(postgres, MAX_CHORES);
  const done: string[] = [];
  const failed: Record<string, string> = {};
  // One kind after the other: Accounts name conversations to erase, and the org's own objects go last, when nothing writes to them.
  for (const [, sameKind] of Map.groupBy(chores, ({ kind }) => kind)) {
    for (let start = 0; start < sameKind.length; start += CONCURRENCY) {
      const outcomes = sameKind.slice(start, start + CONCURRENCY).map(async (chore) => {
        try {
          await doChore(env, chore);
          done.push(chore.id);
        } catch (error) {
          logFailure('chore.failed', error, { chore: chore.id, kind: chore.kind });
          failed[chore.id] = error instanceof Error ? error.name : 'thrown';
        }
      });
      await Promise.all(outcomes);
    }
  }
  if (chores.length > 0) await settleChores(postgres, done, failed);
  return { done: done.length, failed: Object.keys(failed).length };
}

async function doChore(env: Env, chore: Chore): Promise<void> {
  const { orgId } = chore;
  switch (chore.kind) {
    case 'erase-conversation':
      return eraseConversation(env, orgId, chore.name);
    case 'erase-words':
      return conversationOf(env, orgId, chore.name).chore({ kind: 'erase-words', person: chore.details });
    case 'erase-account': {
      // It can list conversations that never reached Postgres.
      for (const sessionId of await accountOf(env, chore.name).prepareErasure({ orgId }))
        await eraseConversation(env, orgId, sessionId);
      const { isGone } = chore.details;
      return emptied(() => accountOf(env, chore.name).erase({ orgId, isGone }));
    }
    case 'erase-org':
      await emptied(() => budgetOf(env, orgId).erase());
      return emptied(() => breakersOf(env, orgId).erase());
    case 'retry-parked':
      return conversationOf(env, orgId, chore.name).chore({ kind: 'retry-parked' });
  }
}

const eraseConversation = (env: Env, orgId: string, sessionId: string): Promise<void> =>
  emptied(() => conversationOf(env, orgId, sessionId).chore({ kind: 'erase' }));

/**
 * An object that erases itself aborts its instance, so that nothing in memory is written again, and the caller gets an
 * error. A second call to the new instance shows whether it is empty. @throws the second call's error
 */
async function emptied(erase: () => Promise<void>): Promise<void> {
  try {
    await erase();
  } catch {
    // Either the aborted instance, or a failure that the second call repeats.
    await erase();
  }
}
