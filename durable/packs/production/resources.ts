// What permissions of live production are about. A role that holds one of them has the pack.
export const RESOURCES = ['projects', 'shows', 'crew', 'vendors', 'schedules', 'rfps', 'incidents', 'deliverables'];
