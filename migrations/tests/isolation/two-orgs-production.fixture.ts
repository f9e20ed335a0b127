// The production side of the two organizations: one row of everything for the victim, and a project with the same id
// in the other organization, so that no policy can rely on anything but the organization.
import { randomUUID } from 'node:crypto';

type Row = Readonly<Record<string, unknown>>;

/** Every permission that the policies of these tables check. */
export const PRODUCTION_READ = [
  ...['projects:read', 'shows:read', 'crew:read', 'crew:contacts', 'vendors:read', 'schedules:read', 'rfps:read'],
  ...['incidents:read', 'incidents:parties', 'deliverables:read', 'finance:read'],
];

export function createProductionRows({ orgA, orgB }: Readonly<Record<'orgA' | 'orgB', string>>) {
  const ids = {
    ...{ project: randomUUID(), venue: randomUUID(), show: randomUUID(), member: randomUUID(), vendor: randomUUID() },
    ...{ assignment: randomUUID(), rfp: randomUUID(), response: randomUUID(), activity: randomUUID() },
    ...{ laterActivity: randomUUID(), incident: randomUUID(), party: randomUUID(), deliverable: randomUUID() },
  };
  const own = { org_id: orgB };
  const id = (fresh: boolean, known: string) => (fresh ? randomUUID() : known);
  const at = '2026-07-04T20:00:00Z';

  const rows: Readonly<Record<string, (fresh: boolean) => Row>> = {
    'production.projects': (fresh) => ({
      ...{ ...own, id: id(fresh, ids.project), code: fresh ? 'NEW' : 'ONE', name: 'One' },
    }),
    'production.project_budgets': (fresh) => ({
      ...{ ...own, project_id: id(fresh, ids.project), amount: 5, currency: 'USD' },
    }),
    'production.venues': (fresh) => ({ ...own, id: id(fresh, ids.venue), name: 'Hall', city: 'Denver', country: 'US' }),
    'production.shows': (fresh) => ({
      ...{ ...own, id: id(fresh, ids.show), project_id: ids.project, name: 'Night one', starts_at: at },
      time_zone: 'America/Denver',
    }),
    'production.crew_members': (fresh) => ({
      ...{ ...own, id: id(fresh, ids.member), name: 'Ana', position: 'Rigger', department: 'Rigging' },
    }),
    'production.crew_certifications': (fresh) => ({
      ...{ ...own, crew_member_id: ids.member, name: fresh ? 'Forklift' : 'First aid' },
    }),
    'production.crew_contacts': (fresh) => ({ ...own, crew_member_id: id(fresh, ids.member), phone: '555-0100' }),
    'production.crew_assignments': (fresh) => ({
      ...{ ...own, id: id(fresh, ids.assignment), project_id: ids.project, show_id: ids.show },
      ...{ crew_member_id: ids.member, role: fresh ? 'Head rigger' : 'Rigger' },
    }),
    'production.crew_rates': (fresh) => ({
      ...{ ...own, assignment_id: id(fresh, ids.assignment), day_rate: 400, currency: 'USD' },
    }),
    'production.vendors': (fresh) => ({ ...own, id: id(fresh, ids.vendor), name: 'Loud Co', category: 'Audio' }),
    'production.project_vendors': (fresh) => ({
      ...{ ...own, project_id: ids.project, vendor_id: id(fresh, ids.vendor), service: 'PA' },
    }),
    'production.rfps': (fresh) => ({
      ...{ ...own, id: id(fresh, ids.rfp), project_id: ids.project, number: fresh ? 'RFP-0009' : 'RFP-0001' },
      title: 'PA system',
    }),
    'production.rfp_responses': (fresh) => ({
      ...{ ...own, id: id(fresh, ids.response), rfp_id: ids.rfp, vendor_id: ids.vendor, submitted_at: at },
    }),
    'production.rfp_totals': (fresh) => ({
      ...{ ...own, response_id: id(fresh, ids.response), total: 9, currency: 'USD' },
    }),
    'production.schedule_activities': (fresh) => ({
      ...{ ...own, id: id(fresh, ids.activity), project_id: ids.project, name: 'Stage', phase: 'Build' },
      ...{ planned_start: '2026-07-01', duration_days: 2 },
    }),
    'production.schedule_dependencies': (fresh) => ({
      ...{ ...own, project_id: ids.project, predecessor_id: ids.activity, successor_id: id(fresh, ids.laterActivity) },
    }),
    'production.incidents': (fresh) => ({
      ...{ ...own, id: id(fresh, ids.incident), project_id: ids.project, number: fresh ? 'INC-0009' : 'INC-0001' },
      ...{ title: 'Trip', severity: 'minor', occurred_at: at, time_zone: 'America/Denver' },
    }),
    'production.incident_parties': (fresh) => ({
      ...{ ...own, id: id(fresh, ids.party), incident_id: ids.incident, name: 'Ben', role: 'injured' },
    }),
    'production.deliverables': (fresh) => ({
      ...{ ...own, id: id(fresh, ids.deliverable), project_id: ids.project, kind: 'stage_plot', title: 'Plot' },
    }),
  };

  const setUp: [string, Row][] = [['production.projects', { ...rows['production.projects']?.(false), org_id: orgA }]];
  for (const [table, make] of Object.entries(rows)) setUp.push([table, make(false)]);
  const activities = setUp.findIndex(([table]) => table === 'production.schedule_dependencies');
  const later = { ...rows['production.schedule_activities']?.(false), id: ids.laterActivity };
  setUp.splice(activities, 0, ['production.schedule_activities', later]);
  return { ids, rows, setUp };
}
