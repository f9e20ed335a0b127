// Rows that were put aside lie in their conversation's object, where nobody looks. That there are some is told to the audit
// log, without a word of what they hold, so that whoever runs the installation finds them and has them tried again.
import type { AuditEvent } from './audit-event.ts';
import { addToOutbox, type Lane, type OutboxRow, unpark } from './outbox.ts';

export function reportParked(sql: SqlStorage, lane: Lane, row: OutboxRow, now: number): void {
  // A report that is refused itself is not reported again.
  const isReport = row.items?.every((item) => item.kind === 'audit' && item.audit.event.startsWith('outbox.'));
  if (isReport) return;
  const { last_error: reason } = sql
    .exec<{ last_error: string | null }>('select last_error from outbox where seq = ?', row.seq)
    .one();
  report(sql, 'outbox.parked', { lane, reason, items: row.items?.map(({ kind }) => kind) ?? null }, now);
}

/** Takes them up again, and tells so; those that are refused again are reported again. */
export function retryParked(sql: SqlStorage, now: number): void {
  const rows = unpark(sql);
  if (rows > 0) report(sql, 'outbox.retried', { rows }, now);
}

function report(
  sql: SqlStorage,
  event: Extract<AuditEvent['event'], 'outbox.parked' | 'outbox.retried'>,
  meta: Readonly<Record<string, unknown>>,
  now: number,
): void {
  const [session] = sql
    .exec<{ id: string; org_id: string; owner_id: string }>('select id, org_id, owner_id from session')
    .toArray();
  if (!session) return;
  const { id: sessionId, org_id: orgId, owner_id: userId } = session;
  const nothing = { runId: null, requestId: null, programId: null, designId: null, provider: null, model: null };
  const unmeasured = { usage: null, costMicros: null, priceVersion: null, error: null, durationMs: null };
  const fact = { id: crypto.randomUUID(), orgId, actorId: null, event, sessionId, createdAt: now, meta };
  addToOutbox(sql, [{ kind: 'audit', orgId, userId, audit: { ...fact, ...nothing, ...unmeasured } }]);
}
