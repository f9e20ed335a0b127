// What the Worker does by its cron trigger: chores that whoever runs the installation has asked for. Each may be done twice;
// one that fails is told of, stays in its list and is tried again at the next beat.
import { accountOf } from '../account/account-stub.ts';
import { breakersOf } from '../breakers/breakers-stub.ts';
import { budgetOf } from '../budget/budget-stub.ts';
import { conversationOf } from '../conversation/conversation-stub.ts';
import { logFailure } from '../log.ts';
import { postgresDepsOf } from '../postgres/config.ts';
import { type Chore, listChores, settleChores } from '../postgres/object-chores.ts';

/** Of one beat: each chore may ask several objects, and a beat may ask a thousand. */
const CHORES_A_BEAT = 200;
const AT_ONCE = 8;

/** How many were done and how many were not. @throws AppError where Postgres does not answer */
export async function runChores(env: Env): Promise<{ readonly done: number; readonly failed: number }> {
  const postgres = postgresDepsOf(env);
  const chores = await listChores(postgres, CHORES_A_BEAT);
  const done: string[] = [];
  const failed: Record<string, string> = {};
  // One kind after the other: Accounts name conversations, and the org's own objects come when nobody writes to them.
  for (const [, sameKind] of Map.groupBy(chores, ({ kind }) => kind)) {
    for (let start = 0; start < sameKind.length; start += AT_ONCE) {
      const outcomes = sameKind.slice(start, start + AT_ONCE).map(async (chore) => {
        try {
          await doChore(env, chore);
          done.push(chore.id);
        } catch (error) {
          logFailure('a chore in an object failed', error, { chore: chore.id, kind: chore.kind });
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
      // It may know of conversations that Postgres never heard of.
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
 * An object that has erased itself ends its instance, so that nothing in memory is written again; whoever asked hears of
 * that as an error. The next instance says whether it is empty. @throws what it throws then
 */
async function emptied(erase: () => Promise<void>): Promise<void> {
  try {
    await erase();
  } catch {
    // Either the end of the instance or a failure that shows again now.
    await erase();
  }
}
