// The permissions of the PLM domain. Within a program its members' roles narrow them further.

export const PLM_PERMISSIONS = {
  'programs:read': 'See the programs that one is a member of',
  'programs:all': 'See and work in every program, member or not',
  'designs:read': 'See designs',
  'parts:read': 'See parts, documents, requirements and structures',
  'parts:create': 'Create items and open design sessions',
  'parts:update': 'Change items and their relationships',
  'change_orders:read': 'See change orders',
  'change_orders:create': 'Create change orders',
  'change_orders:update': 'Move change orders and items through their states',
  'tasks:read': 'See tasks',
  'tasks:update': 'Move tasks through their states',
} as const;
