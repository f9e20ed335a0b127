// Maintenance tasks for Durable Objects, queued in Postgres. Read under a separate kind of claim that can't read any org's
// rows.
import { sql } from 'drizzle-orm';
import * as z from 'zod';
import type { Claim } from '../session-claim.ts';
import { type PostgresDeps, withTenant } from '../with-tenant.ts';

const Erased = z.object({ userId: z.uuid(), standInId: z.uuid() });
const Base = { id: z.uuid(), orgId: z.uuid() };

export const Chore = z.discriminatedUnion('kind', [
  /** `name` is the user's subject; `isGone` if they no longer belong to any org. */
  z.object({ ...Base, kind: z.literal('erase-account'), name: z.string(), details: z.object({ isGone: z.boolean() }) }),
  z.object({ ...Base, kind: z.literal('erase-conversation'), name: z.uuid() }),
  /** One user's messages in a shared conversation. */
  z.object({ ...Base, kind: z.literal('erase-words'), name: z.uuid(), details: Erased }),
  z.object({ ...Base, kind: z.literal('erase-org') }),
  z.object({ ...Base, kind: z.literal('retry-parked'), name: z.uuid() }),
]);
export type Chore = z.output<typeof Chore>;

const CLAIM: Claim = { kind: 'installation' };

/** In the order in which they are due. @throws AppError */
export async function listChores(deps: PostgresDeps, limit: number): Promise<Chore[]> {
  const [{ rows }] = await withTenant(
    deps,
    CLAIM,
    (db) => [db.execute(sql`select id, kind, org_id as "orgId", name, details from pending_object_chores(${limit})`)],
    { readOnly: true },
  );
  return z.array(Chore).parse(rows);
}

/** @param failed the name of the error by the chore's id. @throws AppError */
export async function settleChores(
  deps: PostgresDeps,
  done: readonly string[],
  failed: Readonly<Record<string, string>>,
): Promise<void> {
  await withTenant(deps, CLAIM, (db) => [
    db.execute(
      sql`select settle_object_chores((select coalesce(array_agg(value::uuid), '{}') from jsonb_array_elements_text(${JSON.stringify(done)}::jsonb)), ${JSON.stringify(failed)}::jsonb)`,
    ),
  ]);
}
