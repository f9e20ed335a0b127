// Reads an org's members, roles and open invitations, as far as row-level security shows them to the user.
import { and, asc, count, eq, gt, or, sql } from 'drizzle-orm';
import * as z from 'zod';
import { invitations, memberships, roles, users } from '../../../migrations/schema/core.ts';
import type { Access } from '../../principal.ts';
import type { Claim } from '../session-claim.ts';
import { type PostgresDeps, withTenant } from '../with-tenant.ts';

type Actor = Pick<Access, 'orgId' | 'userId'>;

/** Times are Unix milliseconds. */
export type MemberRow = {
  readonly userId: string;
  readonly name: string;
  readonly email: string;
  readonly role: string;
  readonly joinedAt: number;
};
export type RoleRow = { readonly name: string; readonly permissions: readonly string[]; readonly members: number };
export type InvitationRow = {
  readonly id: string;
  readonly email: string;
  readonly role: string;
  /** The sender's name. */
  readonly invitedBy: string;
  readonly createdAt: number;
  readonly expiresAt: number;
};

/** Where a page of members ended: lists are sorted by name. */
export type MemberCursor = { readonly name: string; readonly userId: string };

const MAX_INVITATIONS = 1_000;

const asUser = ({ orgId, userId }: Actor): Claim => ({ kind: 'user', org: orgId, user: userId });

const MEMBER = {
  userId: users.id,
  name: users.name,
  email: users.email,
  role: memberships.role,
  joinedAt: memberships.createdAt,
};

/** By name. @throws AppError */
export async function listMembers(
  deps: PostgresDeps,
  actor: Actor,
  page: { limit: number; after: MemberCursor | null },
): Promise<{ members: MemberRow[]; next: MemberCursor | null }> {
  const [rows] = await withTenant(
    deps,
    asUser(actor),
    (db) => [
      db
        .select(MEMBER)
        .from(memberships)
        .innerJoin(users, eq(users.id, memberships.userId))
        .where(and(eq(memberships.orgId, actor.orgId), page.after ? isBehind(page.after) : undefined))
        .orderBy(asc(users.name), asc(users.id))
        // One extra row shows whether there is a next page.
        .limit(page.limit + 1),
    ],
    { readOnly: true },
  );
  const members = rows.slice(0, page.limit);
  const last = members.at(-1);
  return { members, next: rows.length > page.limit && last ? { name: last.name, userId: last.userId } : null };
}

const isBehind = ({ name, userId }: MemberCursor) =>
  or(gt(users.name, name), and(eq(users.name, name), gt(users.id, userId)));

const Removed = z.object({
  ...{ userId: z.uuid(), name: z.string(), email: z.string(), role: z.string() },
  removedAt: z.string().transform((text) => Date.parse(text)),
});

/** Removed members whose issuer still vouches for them, the latest first. @throws AppError */
export async function listRemovedMembers(deps: PostgresDeps, actor: Actor): Promise<z.output<typeof Removed>[]> {
  const [{ rows }] = await withTenant(
    deps,
    asUser(actor),
    (db) => [
      db.execute(sql`
        select user_id as "userId", name, email, role, revoked_at as "removedAt" from revoked_members()`),
    ],
    { readOnly: true },
  );
  return z.array(Removed).parse(rows);
}

/** One member; null if there is none. @throws AppError */
export async function getMember(deps: PostgresDeps, actor: Actor, userId: string): Promise<MemberRow | null> {
  const [rows] = await withTenant(
    deps,
    asUser(actor),
    (db) => [
      db
        .select(MEMBER)
        .from(memberships)
        .innerJoin(users, eq(users.id, memberships.userId))
        .where(and(eq(memberships.orgId, actor.orgId), eq(memberships.userId, userId))),
    ],
    { readOnly: true },
  );
  return rows[0] ?? null;
}

/** By name, with the number of members who have each. @throws AppError */
export async function listRoles(deps: PostgresDeps, actor: Actor): Promise<RoleRow[]> {
  const [rows] = await withTenant(
    deps,
    asUser(actor),
    (db) => [
      db
        .select({ name: roles.name, permissions: roles.permissions, members: count(memberships.userId) })
        .from(roles)
        .leftJoin(memberships, and(eq(memberships.orgId, roles.orgId), eq(memberships.role, roles.name)))
        .where(eq(roles.orgId, actor.orgId))
        .groupBy(roles.orgId, roles.name)
        .orderBy(asc(roles.name)),
    ],
    { readOnly: true },
  );
  return rows;
}

/** Open invitations by address, including expired ones, which can be sent again or revoked. @throws AppError */
export async function listInvitations(deps: PostgresDeps, actor: Actor): Promise<InvitationRow[]> {
  const [rows] = await withTenant(
    deps,
    asUser(actor),
    (db) => [
      db
        .select({
          id: invitations.id,
          email: invitations.email,
          role: invitations.role,
          invitedBy: sql<string>`coalesce(${users.name}, 'The administrator of this installation')`,
          createdAt: invitations.createdAt,
          expiresAt: invitations.expiresAt,
        })
        .from(invitations)
        .leftJoin(users, eq(users.id, invitations.invitedBy))
        .where(eq(invitations.orgId, actor.orgId))
        .orderBy(asc(invitations.email))
        .limit(MAX_INVITATIONS),
    ],
    { readOnly: true },
  );
  return rows;
}
