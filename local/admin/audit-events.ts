// Adds the operator's commands to an org's audit log, in the same hash chain as all other events.
import { randomUUID } from 'node:crypto';
import type pg from 'pg';

export async function recordAuditEvent(
  database: pg.Client,
  orgId: string,
  event: 'org.created' | 'settings.changed' | 'member.invited' | 'keys.rotated' | 'audit.redacted',
  parameters: Readonly<Record<string, unknown>>,
  id: string = randomUUID(),
): Promise<void> {
  await database.query('select private.note_as_installation($1, $2, $3, $4)', [orgId, id, event, parameters]);
}
