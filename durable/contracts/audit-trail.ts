// The interface of an org's AuditTrail object. Both sides can run neighboring releases, so only add optional fields. Schemas
// are not strict: the older side drops fields it does not know.
import * as z from 'zod';
import { AUDIT_EVENTS, LogHead, type Witness } from './audit-event.ts';
import { stubOf } from './placement.ts';

export const ObserveInput = z.object({ orgId: z.uuid(), head: LogHead });
export type ObserveInput = z.input<typeof ObserveInput>;

/** Something that happened at the edge: no transaction writes its row. */
export const EdgeEvent = z.object({
  event: z.enum(AUDIT_EVENTS),
  actorId: z.uuid().nullable(),
  /** A code from errors.ts. */
  error: z.string().nullable(),
  requestId: z.string().nullable(),
  /** What was addressed. Events with the same parameters within a minute are one row with a count. */
  parameters: z.record(z.string(), z.string().max(512)),
  /** How many of them, if the caller counted. */
  count: z.int().positive().optional(),
});
export type EdgeEvent = z.infer<typeof EdgeEvent>;

export const NoteInput = z.object({ orgId: z.uuid(), events: z.array(EdgeEvent).max(50) });
export type NoteInput = z.input<typeof NoteInput>;

export interface AuditTrailRpc extends Rpc.DurableObjectBranded {
  /** Remembers the newest row, and signs the log soon. */
  observe(input: ObserveInput): Promise<void>;
  /** Writes rows soon, at most a few hundred per minute. */
  note(input: NoteInput): Promise<void>;
  /** Signs what is not signed yet, if Postgres answers. */
  witness(input: { readonly orgId: string }): Promise<Witness>;
}

export function auditTrailOf(env: Env, orgId: string): DurableObjectStub<AuditTrailRpc> {
  return stubOf<AuditTrailRpc>(env, 'AUDIT_TRAILS', `org:${orgId}`);
}
