// The permissions of productions: one for each kind of record, and three for facts that not everybody who sees the record
// may know.

export const PRODUCTION_PERMISSIONS = {
  'projects:read': 'See projects',
  'shows:read': 'See shows and their venues',
  'crew:read': 'See the crew, what it is assigned to and its certifications',
  'crew:contacts': 'See how to reach people of the crew',
  'vendors:read': 'See vendors',
  'schedules:read': 'See schedules, their critical path and float',
  'rfps:read': 'See requests for proposals and the responses',
  'incidents:read': 'See incidents, without who was involved',
  'incidents:parties': 'See who was involved in an incident',
  'deliverables:read': 'See deliverables',
  'finance:read': 'See budgets, rates and prices',
} as const;
