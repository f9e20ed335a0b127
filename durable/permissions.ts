// The permissions that the product itself asks for, with what each allows in words for people. Those of a domain are its
// pack's. A role is a list of them in Postgres; what no role has, nobody may do.

export const PERMISSIONS = {
  'members:read': 'See the people, their roles and the open invitations',
  'members:manage': 'Invite and remove people and change their roles, up to one’s own rights',
  'settings:update': 'Change the organisation’s settings, and turn features on and off',
  'ai_settings:create': 'Add provider settings',
  'ai_settings:update': 'Change provider settings and replace keys',
  'templates:draft': 'Draft documents from templates, of what the role may see',
  'audit:read': 'Read and export the audit log, and check that it is whole',
  'usage:read': 'See what the assistant was used for and what it cost',
} as const;
export type Permission = keyof typeof PERMISSIONS;
