// The product's own permissions, with the text that users see. Packs define those of their domain. A role is a list of
// permissions in Postgres.

export const PERMISSIONS = {
  'members:read': 'View members, their roles and open invitations',
  'members:manage': 'Invite and remove members and assign roles, up to your own level',
  'settings:update': 'Change organization settings and turn features on or off',
  'ai_settings:create': 'Add provider settings',
  'ai_settings:update': 'Change provider settings and replace keys',
  'templates:draft': 'Create drafts from templates, using the data the role can see',
  'audit:read': 'Read, export and verify the audit log',
  'usage:read': 'View usage and cost of the assistant',
} as const;
export type Permission = keyof typeof PERMISSIONS;
