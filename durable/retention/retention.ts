// The Durable Object that sweeps one org's conversations: wiring only. It holds nothing but its alarm; the rules are asked
// of Postgres each time.
import { DurableObject } from 'cloudflare:workers';
import { z } from 'zod';
import { accountOf } from '../account/account-stub.ts';
import { conversationOf } from '../conversation/conversation-stub.ts';
import { logFailure } from '../log.ts';
import { postgresDepsOf } from '../postgres/config.ts';
import { findBeyondRules } from '../postgres/session-rules.ts';
import { forgetConversation } from './forget-conversation.ts';
import { type SweepResult, sweep } from './sweep.ts';

const DAY_MS = 86_400_000;
/** Time for what was asked for to be saved: the alarm is set before the rules are. */
const SOON_MS = 60_000;
const RETRY_MS = 10 * 60_000;

const ORG = 'org-id';

export class Retention extends DurableObject<Env> {
  /** Makes sure that the org is swept soon and from then on each day. Called before its rules change. */
  async wake(input: { readonly orgId: string }): Promise<void> {
    const { orgId } = z.object({ orgId: z.uuid() }).parse(input);
    this.ctx.storage.kv.put(ORG, orgId);
    await this.ctx.storage.setAlarm(Date.now() + SOON_MS);
  }

  override async alarm(): Promise<void> {
    const orgId = this.ctx.storage.kv.get<string>(ORG);
    if (orgId === undefined) return;
    // Alarms that throw are given up after a few tries, so nothing here may.
    const result = await this.#sweep(orgId, Date.now()).catch((error: unknown) => {
      logFailure('conversations not swept', error, { orgId });
      return null;
    });
    await this.ctx.storage.setAlarm(Date.now() + (result?.isDone ? DAY_MS : RETRY_MS));
  }

  #sweep(orgId: string, now: number): Promise<SweepResult> {
    const postgres = postgresDepsOf(this.env);
    return sweep({
      now: () => now,
      find: (question) => findBeyondRules(postgres, orgId, question),
      expire: ({ id, subject, updatedAt }) =>
        conversationOf(this.env, orgId, id).removeByRetention({ orgId, subject, lastChangedAt: updatedAt }),
      forget: async ({ id, userId, subject }) => {
        await forgetConversation(postgres, { orgId, userId, sessionId: id, now });
        await accountOf(this.env, subject).removeSession({ orgId, sessionId: id });
      },
      noteFailure: (error) => logFailure('conversation not removed', error, { orgId }),
    });
  }
}
