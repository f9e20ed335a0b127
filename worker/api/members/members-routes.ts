// The org's members with their roles, and what each role permits.

import type { Context } from 'hono';
import * as z from 'zod';
import { AppError } from '../../../durable/errors.ts';
import { exactText } from '../../../durable/input-text.ts';
import { PERMISSION_WORDS } from '../../../durable/packs/registry.ts';
import { changeRole, removeMember, restoreMember } from '../../../durable/postgres/queries/change-members.ts';
import {
  getMember,
  listMembers,
  listRemovedMembers,
  listRoles,
  type MemberCursor,
  type MemberRow,
  type RoleRow,
} from '../../../durable/postgres/queries/members.ts';
import { postgresDepsOf } from '../../../durable/postgres/with-tenant.ts';
import type { Access } from '../../../durable/principal.ts';
import type { EdgeEnv } from '../../edge-env.ts';
import { defineRoute } from '../../routing/define-route.ts';
import {
  Member,
  MemberChange,
  MemberList,
  MemberListQuery,
  MemberParams,
  RemovedMemberList,
  type Role,
  RoleList,
} from './members-schema.ts';

const FOREIGN_CURSOR = 'The cursor doesn’t belong to this list.';

export const memberRoutes = [
  defineRoute({
    method: 'get',
    paths: ['/api/v1/members'],
    tag: 'organization',
    permission: 'members:read',
    feature: 'none',
    rights: 'confirmed',
    summary: 'List members',
    description: 'Ordered by name.',
    records: 'members.read',
    query: MemberListQuery,
    reply: { status: 200, description: 'A page of members.', schema: MemberList },
    handler: async (c, { query: { limit, cursor } }) => {
      const after = cursor === undefined ? null : parseCursor(cursor);
      if (cursor !== undefined && !after) throw new AppError('BAD_REQUEST', { detail: FOREIGN_CURSOR });
      const { access, postgres } = ask(c);
      const [{ members, next }, roles] = await Promise.all([
        listMembers(postgres, access, { limit, after }),
        listRoles(postgres, access),
      ]);
      return {
        members: members.map((member) => toMember(member, roles, access)),
        cursor: next && formatCursor(next),
      };
    },
  }),
  defineRoute({
    method: 'patch',
    paths: ['/api/v1/members/{userId}'],
    tag: 'organization',
    permission: 'members:manage',
    feature: 'none',
    rights: 'confirmed',
    needsRecentSignIn: true,
    summary: 'Change a member’s role',
    description:
      'Neither the old role nor the new one may have more permissions than yours. Takes effect within a minute, including running answers.',
    params: MemberParams,
    body: MemberChange,
    reply: { status: 200, description: 'The changed member.', schema: Member },
    errors: ['ROLE_UNKNOWN', 'ROLE_BEYOND_OWN', 'LAST_ADMIN'],
    handler: async (c, { params: { userId }, body: { role } }) => {
      const { access, postgres, context } = ask(c);
      const answer = await changeRole(postgres, context, { userId, role });
      if (!answer.ok) throw new AppError(answer.code);
      const [member, roles] = await Promise.all([getMember(postgres, access, userId), listRoles(postgres, access)]);
      // Someone else removed them in the meantime.
      if (!member) throw new AppError('NOT_FOUND');
      return toMember(member, roles, access);
    },
  }),
  defineRoute({
    method: 'delete',
    paths: ['/api/v1/members/{userId}'],
    tag: 'organization',
    permission: 'members:manage',
    feature: 'none',
    rights: 'confirmed',
    needsRecentSignIn: true,
    summary: 'Remove a member',
    description: 'Takes effect within a minute, including running answers. Open invitations they sent are revoked too.',
    params: MemberParams,
    reply: { status: 204, description: 'The member is removed.' },
    errors: ['ROLE_BEYOND_OWN', 'LAST_ADMIN'],
    handler: async (c, { params: { userId } }) => {
      const { postgres, context } = ask(c);
      const answer = await removeMember(postgres, context, userId);
      if (!answer.ok) throw new AppError(answer.code);
      return undefined;
    },
  }),
  defineRoute({
    method: 'get',
    paths: ['/api/v1/members/removed'],
    tag: 'organization',
    permission: 'members:read',
    feature: 'none',
    rights: 'confirmed',
    summary: 'List removed members whose own product still lets them in',
    description: 'Their tokens no longer make them members, until someone restores them.',
    records: 'members.read',
    reply: { status: 200, description: 'The one removed last first.', schema: RemovedMemberList },
    handler: async (c) => {
      const { access, postgres } = ask(c);
      const rows = await listRemovedMembers(postgres, access);
      return {
        members: rows.map(({ removedAt, ...row }) => ({ ...row, removedAt: new Date(removedAt).toISOString() })),
      };
    },
  }),
  defineRoute({
    method: 'post',
    paths: ['/api/v1/members/{userId}/restore'],
    tag: 'organization',
    permission: 'members:manage',
    feature: 'none',
    rights: 'confirmed',
    needsRecentSignIn: true,
    summary: 'Let a removed member in again',
    description: 'Their next token makes them a member, with the role that it names.',
    params: MemberParams,
    reply: { status: 204, description: 'They can come back.' },
    errors: ['NOT_FOUND'],
    handler: async (c, { params: { userId } }) => {
      const { postgres, context } = ask(c);
      const answer = await restoreMember(postgres, context, userId);
      if (!answer.ok) throw new AppError(answer.code);
      return undefined;
    },
  }),
  defineRoute({
    method: 'get',
    paths: ['/api/v1/roles'],
    tag: 'organization',
    permission: 'members:read',
    feature: 'none',
    rights: 'confirmed',
    summary: 'List roles and their permissions',
    reply: { status: 200, description: 'The org’s roles.', schema: RoleList },
    handler: async (c) => {
      const { access, postgres } = ask(c);
      const roles = await listRoles(postgres, access);
      return { roles: roles.map((role) => toRole(role, access)) };
    },
  }),
];

function ask(c: Context<EdgeEnv>) {
  const access = c.get('access');
  const context = { orgId: access.orgId, userId: access.userId, requestId: c.get('requestId') };
  return { access, context, postgres: postgresDepsOf(c.env) };
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

/** Postgres decides; this is for pages that show buttons. */
const mayGive = (role: RoleRow, { permissions }: Access): boolean =>
  permissions.includes('members:manage') && role.permissions.every((permission) => permissions.includes(permission));

const Cursor = z.tuple([exactText(), z.uuid()]);

/** Names can hold any characters, which `btoa` alone does not take. */
const formatCursor = ({ name, userId }: MemberCursor): string =>
  btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify([name, userId]))));

/** Null if we didn't issue the cursor. */
function parseCursor(text: string): MemberCursor | null {
  try {
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    const [name, userId] = Cursor.parse(JSON.parse(new TextDecoder().decode(bytes)));
    return { name, userId };
  } catch {
    // Not base64, not JSON or not a cursor: the caller treats them the same.
    return null;
  }
}
