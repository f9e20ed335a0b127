// Stores the productions of Northlight Live. Ids never change; run again, it adds what is missing and no more.
import type pg from 'pg';
import { requireDemoOrg } from './demo-people.ts';
import { listDemoCrew } from './demo-production-crew.ts';
import { daysFrom } from './demo-production-ids.ts';
import { listDemoProjects } from './demo-production-projects.ts';
import { listDemoRecords } from './demo-production-records.ts';
import { listDemoRfps } from './demo-production-rfps.ts';
import { listDemoSchedule } from './demo-production-schedule.ts';
import { listDemoVendors } from './demo-production-vendors.ts';
import { putRows, type Row } from './demo-rows.ts';

/** @param today the day that all others count from, as `2026-11-14` */
export async function seedDemoProduction(client: pg.Client, today: string): Promise<void> {
  const org_id = requireDemoOrg('northlight').id;
  const put = (table: string, rows: readonly Row[]) =>
    putRows(
      client,
      `production.${table}`,
      rows.map((row) => ({ org_id, ...row })),
    );
  const day = daysFrom(today);
  const { projects, budgets, venues, shows } = listDemoProjects(day);
  const crew = listDemoCrew(day);
  const { vendors, services } = listDemoVendors(day);
  const { rfps, responses, totals } = listDemoRfps(day);
  const { activities, dependencies } = listDemoSchedule(day);
  const { incidents, parties, deliverables } = listDemoRecords(day);

  await put('projects', projects);
  await put('project_budgets', budgets);
  await put('venues', venues);
  await put('shows', shows);
  await put('crew_members', crew.members);
  await put('crew_certifications', crew.certifications);
  await put('crew_contacts', crew.contacts);
  await put('crew_assignments', crew.assignments);
  await put('crew_rates', crew.rates);
  await put('vendors', vendors);
  await put('project_vendors', services);
  await put('rfps', rfps);
  await put('rfp_responses', responses);
  await put('rfp_totals', totals);
  await put('schedule_activities', activities);
  await put('schedule_dependencies', dependencies);
  await put('incidents', incidents);
  await put('incident_parties', parties);
  await put('deliverables', deliverables);
}
