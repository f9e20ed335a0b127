// The Durable Object that deletes an org's expired conversations. Wiring only: it stores nothing but its alarm and the org's
// id, and reads the rules from Postgres each time.
import { DurableObject } from 'cloudflare:workers';
import * as z from 'zod';
import { accountOf } from '../contracts/account.ts';
import { conversationOf } from '../contracts/conversation.ts';
import type { RetentionRpc } from '../contracts/retention.ts';
import { logFailure } from '../log.ts';
import { findBeyondRules } from '../postgres/queries/session-rules.ts';
import { deleteStoredConversation } from '../postgres/queries/store-items.ts';
import { postgresDepsOf } from '../postgres/with-tenant.ts';
import { type SweepResult, sweep } from './sweep.ts';

const DAY_MS = 86_400_000;
/** The alarm is set before the new rules are saved, so the first sweep waits for them. */
const SOON_MS = 60_000;
const RETRY_MS = 10 * 60_000;

const ORG = 'org-id';

export class Retention extends DurableObject<Env> implements RetentionRpc {
  /** Sweeps the org soon and then daily. Called before its rules change. */
  async wake(input: { readonly orgId: string }): Promise<void> {
    const { orgId } = z.object({ orgId: z.uuid() }).parse(input);
    this.ctx.storage.kv.put(ORG, orgId);
    await this.ctx.storage.setAlarm(Date.now() + SOON_MS);
  }

  override async alarm(): Promise<void> {
    const orgId = this.ctx.storage.kv.get<string>(ORG);
    if (orgId === undefined) return;
    // The runtime gives up on an alarm that keeps throwing, so this must not throw.
    const result = await this.#sweep(orgId, Date.now()).catch((error: unknown) => {
      logFailure('retention.sweep_failed', error, { orgId });
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
        await deleteStoredConversation(postgres, { orgId, userId, sessionId: id, now });
        await accountOf(this.env, subject).removeSession({ orgId, sessionId: id });
      },
      noteFailure: (error) => logFailure('retention.conversation_failed', error, { orgId }),
    });
  }
}
