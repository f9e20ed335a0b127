// The org's members, roles and invitations.

import * as z from 'zod';
import { exactText } from '../../../durable/input-text.ts';
import { Cursor, NextCursor, Timestamp } from '../fields-schema.ts';

/** What a route can require and a role can grant. */
export type { Permission } from '../../../durable/permissions.ts';

const RoleName = exactText().min(1).max(64);

export const MemberParams = z.object({ userId: z.guid().toLowerCase() });
export const InvitationParams = z.object({ invitationId: z.guid().toLowerCase() });

export const Member = z
  .object({
    userId: z.uuid(),
    name: z.string(),
    email: z.string(),
    role: z.string(),
    joinedAt: Timestamp,
    isYou: z.boolean(),
    mayChange: z.boolean().meta({ description: 'Whether you can change this member’s role and remove them.' }),
  })
  .meta({ id: 'Member' });
export type Member = z.infer<typeof Member>;

export const MemberList = z
  .object({
    members: z.array(Member),
    cursor: NextCursor,
  })
  .meta({ id: 'MemberList' });
export type MemberList = z.infer<typeof MemberList>;

export const RemovedMemberList = z
  .object({
    members: z.array(
      z.object({
        userId: z.uuid(),
        name: z.string(),
        email: z.string(),
        role: z.string().meta({ description: 'The role that their issuer had granted.' }),
        removedAt: Timestamp,
      }),
    ),
  })
  .meta({ id: 'RemovedMemberList' });

export const MemberListQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(100),
  cursor: Cursor.optional(),
});

export const MemberChange = z.strictObject({ role: RoleName }).meta({ id: 'MemberChange' });

export const Role = z
  .object({
    name: z.string(),
    permissions: z.array(
      z.object({
        id: z.string(),
        words: z.string().nullable().meta({ description: 'What it allows. Null for an unknown permission.' }),
      }),
    ),
    members: z.int().meta({ description: 'The number of members with this role.' }),
    mayGive: z
      .boolean()
      .meta({ description: 'Whether you can assign it: it has no permission that your own role lacks.' }),
  })
  .meta({ id: 'Role' });
export type Role = z.infer<typeof Role>;

export const RoleList = z.object({ roles: z.array(Role) }).meta({ id: 'RoleList' });
export type RoleList = z.infer<typeof RoleList>;

/** Emails are compared in lower case. */
const Email = exactText().trim().toLowerCase().max(320).pipe(z.email());

export const NewInvitation = z.strictObject({ email: Email, role: RoleName }).meta({ id: 'NewInvitation' });

export const Invitation = z
  .object({
    id: z.uuid(),
    email: z.string(),
    role: z.string(),
    invitedBy: z.string(),
    createdAt: Timestamp,
    expiresAt: Timestamp,
    isExpired: z.boolean(),
  })
  .meta({ id: 'Invitation' });
export type Invitation = z.infer<typeof Invitation>;

export const InvitationList = z.object({ invitations: z.array(Invitation) }).meta({ id: 'InvitationList' });
export type InvitationList = z.infer<typeof InvitationList>;

export const Invited = z
  .object({
    invitation: Invitation,
    link: z.url().meta({ description: 'Works once, for the invited email only. It is shown only here.' }),
    sent: z
      .boolean()
      .meta({ description: 'Whether the deployment’s mailer accepted it. If not, send the link yourself.' }),
  })
  .meta({ id: 'Invited' });
export type Invited = z.infer<typeof Invited>;

/** Sent in the body and in the URL fragment, so that no log of ours or of a proxy contains it. */
export const InvitationToken = z
  .strictObject({ token: exactText().min(1).max(128) })
  .meta({ id: 'InvitationToken', description: 'The part of the link after `#`.' });

export const OpenInvitation = z
  .object({
    org: z.object({ slug: z.string(), name: z.string() }),
    role: z.string(),
    email: z.string(),
    invitedBy: z.string(),
    expiresAt: Timestamp,
  })
  .meta({ id: 'OpenInvitation' });
export type OpenInvitation = z.infer<typeof OpenInvitation>;

export const Joined = z.object({ org: z.object({ slug: z.string(), name: z.string() }) }).meta({ id: 'Joined' });
export type Joined = z.infer<typeof Joined>;
