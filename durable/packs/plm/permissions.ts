// Permissions of the PLM domain. Inside a program, its members' roles narrow them further.

export const PLM_PERMISSIONS = {
  'programs:read': 'View own programs',
  'programs:all': 'View and change all programs',
  'designs:read': 'View designs',
  'parts:read': 'View parts, documents, requirements and structures',
  'parts:create': 'Create items and open design workspaces',
  'parts:update': 'Update items and their relationships',
  'change_orders:read': 'View change orders',
  'change_orders:create': 'Create change orders',
  'change_orders:update': 'Change the state of change orders and items',
  'tasks:read': 'View tasks',
  'tasks:update': 'Change the state of tasks',
} as const;
