// Under which keys the page keeps what the server said of people.
export const MEMBERS_KEY = ['settings', 'members'] as const;
export const ROLES_KEY = ['settings', 'roles'] as const;
export const INVITATIONS_KEY = ['settings', 'invitations'] as const;
