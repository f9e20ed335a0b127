// Who belongs to the org, with which role, and what each role permits.
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { AppError } from '../../durable/errors.ts';
import { PERMISSION_WORDS } from '../../durable/packs/permission-words.ts';
import { changeRole, removeMember } from '../../durable/postgres/change-members.ts';
import { postgresDepsOf } from '../../durable/postgres/config.ts';
import {
  getMember,
  listMembers,
  listRoles,
  type MemberCursor,
  type MemberRow,
  type RoleRow,
} from '../../durable/postgres/members.ts';
import type { Access } from '../../durable/principal.ts';
import type { EdgeEnv } from '../edge-env.ts';
import { permitted } from '../gate.ts';
import {
  type Member,
  MemberChange,
  type MemberList,
  MemberListQuery,
  MemberParams,
  type Role,
  type RoleList,
} from '../members-contract.ts';
import { parseInput } from '../problem.ts';
import { readJson } from '../read-json.ts';

const FOREIGN_CURSOR = 'The cursor is not one of this list.';

export const memberRoutes = new Hono<EdgeEnv>();

memberRoutes.get('/members', permitted('members:read'), async (c) => {
  const { limit, cursor } = parseInput(MemberListQuery, c.req.query());
  const after = cursor === undefined ? null : parseCursor(cursor);
  if (cursor !== undefined && !after) throw new AppError('BAD_REQUEST', { detail: FOREIGN_CURSOR });
  const { access, postgres } = ask(c);
  const [{ members, next }, roles] = await Promise.all([
    listMembers(postgres, access, { limit, after }),
    listRoles(postgres, access),
  ]);
  const list: MemberList = {
    members: members.map((member) => toMember(member, roles, access)),
    cursor: next && formatCursor(next),
  };
  return c.json(list);
});

memberRoutes.patch('/members/:userId', permitted('members:manage'), async (c) => {
  const userId = requireUserId(c);
  const body = await readJson(c.req.raw);
  if (!body.ok) throw body.error;
  const { role } = parseInput(MemberChange, body.value);
  const { access, postgres, context } = ask(c);
  const answer = await changeRole(postgres, context, { userId, role });
  if (!answer.ok) throw new AppError(answer.code);
  const [member, roles] = await Promise.all([getMember(postgres, access, userId), listRoles(postgres, access)]);
  // Somebody else removed them in this moment.
  if (!member) throw new AppError('NOT_FOUND');
  return c.json(toMember(member, roles, access));
});

memberRoutes.delete('/members/:userId', permitted('members:manage'), async (c) => {
  const userId = requireUserId(c);
  const { postgres, context } = ask(c);
  const answer = await removeMember(postgres, context, userId);
  if (!answer.ok) throw new AppError(answer.code);
  return c.body(null, 204);
});

memberRoutes.get('/roles', permitted('members:read'), async (c) => {
  const { access, postgres } = ask(c);
  const roles = await listRoles(postgres, access);
  const list: RoleList = { roles: roles.map((role) => toRole(role, access)) };
  return c.json(list);
});

function ask(c: Context<EdgeEnv>) {
  const access = c.get('access');
  const context = { orgId: access.orgId, userId: access.userId, requestId: c.get('requestId') };
  return { access, context, postgres: postgresDepsOf(c.env) };
}

/** An id in another form names nobody, and is answered like one that does. */
function requireUserId(c: Context<EdgeEnv>): string {
  const parsed = MemberParams.safeParse(c.req.param());
  if (!parsed.success) throw new AppError('NOT_FOUND');
  return parsed.data.userId;
}

const toMember = (row: MemberRow, roles: readonly RoleRow[], access: Access): Member => {
  const role = roles.find(({ name }) => name === row.role);
  return {
    userId: row.userId,
    name: row.name,
    email: row.email,
    role: row.role,
    joinedAt: new Date(row.joinedAt).toISOString(),
    isYou: row.userId === access.userId,
    mayChange: role !== undefined && mayGive(role, access),
  };
};

const toRole = (role: RoleRow, access: Access): Role => ({
  name: role.name,
  permissions: role.permissions.map((id) => ({ id, words: PERMISSION_WORDS[id] ?? null })),
  members: role.members,
  mayGive: mayGive(role, access),
});

/** As Postgres decides it; here for those who draw buttons. */
const mayGive = (role: RoleRow, { permissions }: Access): boolean =>
  permissions.includes('members:manage') && role.permissions.every((permission) => permissions.includes(permission));

const Cursor = z.tuple([z.string(), z.uuid()]);

/** Text of any script, which `btoa` alone does not take. */
const formatCursor = ({ name, userId }: MemberCursor): string =>
  btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify([name, userId]))));

/** Null where the text is none of ours. */
function parseCursor(text: string): MemberCursor | null {
  try {
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    const [name, userId] = Cursor.parse(JSON.parse(new TextDecoder().decode(bytes)));
    return { name, userId };
  } catch {
    // Not base64, not JSON or not a cursor: all the same to the caller.
    return null;
  }
}
