// The Durable Object that watches an org's audit log from outside Postgres. Wiring only: it remembers the newest rows that the
// Worker saw, signs the log, and writes the events of the edge.
import { DurableObject } from 'cloudflare:workers';
import * as z from 'zod';
import type { Witness } from '../contracts/audit-event.ts';
import { auditItem } from '../contracts/audit-event.ts';
import { type AuditTrailRpc, NoteInput, ObserveInput } from '../contracts/audit-trail.ts';
import { logFailure, logNotice } from '../log.ts';
import { readLastSegment, readUnsigned, storeSegment } from '../postgres/queries/audit-chain.ts';
import { storeItems } from '../postgres/queries/store-items.ts';
import { postgresDepsOf } from '../postgres/with-tenant.ts';
import { transact } from '../sqlite-cache.ts';
import { migrate, schemaVersion } from '../sqlite-migrate.ts';
import { closedEvents, markStored, nextWrite, noteEvent } from './noted-events.ts';
import { type SignOutcome, signLog } from './sign-log.ts';
import { auditKeysOf } from './signature.ts';
import { getOrg, putObserved, putOrg, putSigned, readWitness, TRAIL_STEPS } from './trail-tables.ts';

/** Waits this long, so that many rows share a signature. */
const SIGN_AFTER_MS = 30_000;
const WRITE_AFTER_MS = 500;
const RETRY_MS = 60_000;
/** Edge events are written in no one's name. */
const NO_ONE = '00000000-0000-0000-0000-000000000000';

export class AuditTrail extends DurableObject<Env> implements AuditTrailRpc {
  /** Once it is stored. */
  #orgId: string | null = null;
  #signing: Promise<SignOutcome | null> | null = null;

  async observe(input: ObserveInput): Promise<void> {
    const { orgId, head } = ObserveInput.parse(input);
    this.#open(orgId);
    this.#orgId = orgId;
    if (!putObserved(this.ctx.storage.sql, head)) logFailure('audit.heads_differ', null, { orgId, seq: head.seq });
    await this.#wakeBy(Date.now() + SIGN_AFTER_MS);
  }

  async note(input: NoteInput): Promise<void> {
    const { orgId, events } = NoteInput.parse(input);
    transact(this.ctx.storage, () => {
      this.#open(orgId);
      for (const event of events) noteEvent(this.ctx.storage.sql, event, Date.now());
    });
    await this.#wakeBy(Date.now() + WRITE_AFTER_MS);
  }

  async witness(input: { readonly orgId: string }): Promise<Witness> {
    const { orgId } = z.object({ orgId: z.uuid() }).parse(input);
    this.#open(orgId);
    await this.#sign(orgId);
    return readWitness(this.ctx.storage.sql);
  }

  override async alarm(): Promise<void> {
    const { sql } = this.ctx.storage;
    const orgId = schemaVersion(sql) === 0 ? null : getOrg(sql);
    if (orgId === null) return;
    const isWritten = await this.#write(orgId);
    const outcome = await this.#sign(orgId);
    const now = Date.now();
    const times: number[] = [];
    const next = nextWrite(sql, now);
    if (next !== null) times.push(isWritten ? next : now + RETRY_MS);
    if (outcome?.state === 'more') times.push(now);
    // A refused log is tried again after the next write.
    if (outcome === null && auditKeysOf(this.env)) times.push(now + RETRY_MS);
    if (times.length > 0) await this.#wakeBy(Math.min(...times));
  }

  #open(orgId: string): void {
    const { sql } = this.ctx.storage;
    if (schemaVersion(sql) === TRAIL_STEPS.length && this.#orgId === orgId) return;
    migrate(sql, TRAIL_STEPS);
    putOrg(sql, orgId);
  }

  async #wakeBy(at: number): Promise<void> {
    const set = await this.ctx.storage.getAlarm();
    if (set === null || set > at) await this.ctx.storage.setAlarm(at);
  }

  /** False if Postgres did not take them. */
  async #write(orgId: string): Promise<boolean> {
    const { sql } = this.ctx.storage;
    const events = closedEvents(sql, orgId, Date.now());
    if (events.length === 0) return true;
    const items = events.map((event) => auditItem(event, NO_ONE));
    const delivery = await storeItems(postgresDepsOf(this.env), { orgId, userId: NO_ONE }, items);
    if (delivery.outcome === 'unavailable') {
      logFailure('audit_trail.waiting', null, { orgId, reason: delivery.reason });
      return false;
    }
    if (delivery.outcome === 'rejected') logFailure('audit_trail.rejected', null, { orgId, reason: delivery.reason });
    markStored(sql, events, Date.now());
    if (delivery.outcome === 'delivered' && delivery.head) putObserved(sql, delivery.head);
    return true;
  }

  /** Null if it failed or there are no keys. Calls at the same time share one. */
  #sign(orgId: string): Promise<SignOutcome | null> {
    this.#signing ??= this.#signOnce(orgId).finally(() => {
      this.#signing = null;
    });
    return this.#signing;
  }

  async #signOnce(orgId: string): Promise<SignOutcome | null> {
    const keys = auditKeysOf(this.env);
    if (!keys) return null;
    const { sql } = this.ctx.storage;
    const postgres = postgresDepsOf(this.env);
    try {
      const outcome = await signLog({
        orgId,
        keys,
        witness: () => readWitness(sql),
        readUnsigned: (afterSeq, maxRows) => readUnsigned(postgres, orgId, { afterSeq, maxRows }),
        readLastSegment: () => readLastSegment(postgres, orgId),
        storeSegment: (segment, hashes) => storeSegment(postgres, orgId, segment, hashes),
        noteSigned: ({ seq, hash, keyId, signature }) => {
          putSigned(sql, keyId, { seq, hash });
          // A copy in the collected logs, which neither Postgres nor this object can change.
          logNotice('audit.signed', { orgId, seq, hash, keyId, signature });
        },
      });
      if (outcome.state === 'refused') logFailure('audit.not_signed', null, { orgId, seq: outcome.seq });
      return outcome;
    } catch (error) {
      logFailure('audit.sign_failed', error, { orgId });
      return null;
    }
  }
}
