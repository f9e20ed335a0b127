// Permissions of live production: one for each kind of record, and three for details that not everyone who sees the record
// can see.

export const PRODUCTION_PERMISSIONS = {
  'projects:read': 'View projects',
  'shows:read': 'View shows and their venues',
  'crew:read': 'View the crew, their assignments and certifications',
  'crew:contacts': 'View contact details of the crew',
  'vendors:read': 'View vendors',
  'schedules:read': 'View schedules, critical path and float',
  'rfps:read': 'View requests for proposals and their responses',
  'incidents:read': 'View incidents, without the people involved',
  'incidents:parties': 'View the people involved in an incident',
  'deliverables:read': 'View deliverables',
  'finance:read': 'View budgets, rates and prices',
} as const;
