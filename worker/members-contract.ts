// The HTTP API of who belongs to an org: members, roles, invitations, and how one signs in.
import { z } from 'zod';

/** What an operation needs, and a role may list. */
export type { Permission } from '../durable/permissions.ts';

const Timestamp = z.iso.datetime().meta({ description: 'ISO 8601, UTC' });
const RoleName = z.string().min(1).max(64);

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
    mayChange: z.boolean().meta({ description: 'Whether you may change this person’s role and remove them.' }),
  })
  .meta({ id: 'Member' });
export type Member = z.infer<typeof Member>;

export const MemberList = z
  .object({
    members: z.array(Member),
    cursor: z.string().nullable().meta({ description: 'Send it back as `cursor` for the next page.' }),
  })
  .meta({ id: 'MemberList' });
export type MemberList = z.infer<typeof MemberList>;

export const MemberListQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(100),
  cursor: z.string().max(1024).optional(),
});

export const MemberChange = z.strictObject({ role: RoleName }).meta({ id: 'MemberChange' });

export const Role = z
  .object({
    name: z.string(),
    permissions: z.array(
      z.object({
        id: z.string(),
        words: z
          .string()
          .nullable()
          .meta({ description: 'What it allows; null for one that the product does not know.' }),
      }),
    ),
    members: z.int().meta({ description: 'How many have it.' }),
    mayGive: z.boolean().meta({ description: 'Whether you may give it: it permits nothing beyond your own role.' }),
  })
  .meta({ id: 'Role' });
export type Role = z.infer<typeof Role>;

export const RoleList = z.object({ roles: z.array(Role) }).meta({ id: 'RoleList' });
export type RoleList = z.infer<typeof RoleList>;

/** Addresses are compared in lower case. */
const Email = z.string().trim().toLowerCase().max(320).pipe(z.email());

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
    link: z.url().meta({ description: 'Good once, for the invited address only. It is shown here and never again.' }),
    sent: z
      .boolean()
      .meta({ description: 'Whether the deployment’s mailer took it; else hand the link over yourself.' }),
  })
  .meta({ id: 'Invited' });
export type Invited = z.infer<typeof Invited>;

/** In a body and in the part of an address after `#`, so that no log of ours or of a proxy holds it. */
export const InvitationToken = z
  .strictObject({ token: z.string().min(1).max(128) })
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

export const SignInQuery = z.strictObject({
  return: z.string().max(2048).optional().meta({ description: 'The page to go on to; one of this product.' }),
});

/** What the provider adds is its own. */
export const CallbackQuery = z.looseObject({
  state: z.string().optional(),
  code: z.string().optional(),
  iss: z.string().optional(),
  error: z.string().optional(),
});

export const SignInMethods = z
  .object({
    oidc: z
      .object({ name: z.string().nullable(), path: z.string() })
      .nullable()
      .meta({ description: 'The organisation’s own provider: what it is called, and where to open it.' }),
  })
  .meta({ id: 'SignInMethods' });
export type SignInMethods = z.infer<typeof SignInMethods>;

export const SignedOut = z
  .object({
    next: z
      .string()
      .meta({ description: 'Where the browser goes next: the provider’s own sign-out, or the start page.' }),
  })
  .meta({ id: 'SignedOut' });
export type SignedOut = z.infer<typeof SignedOut>;
