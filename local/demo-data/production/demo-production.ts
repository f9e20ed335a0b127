// Stores the productions of Northlight Live. Ids never change; a second run only adds missing rows.
import type pg from 'pg';
import { requireDemoOrg } from '../demo-people.ts';
import { type DemoRow, putRows } from '../demo-rows.ts';
import { listDemoCrew } from './crew.ts';
import { daysFrom } from './ids.ts';
import { listDemoProjects } from './projects.ts';
import { listDemoRecords } from './records.ts';
import { listDemoRfps } from './rfps.ts';
import { listDemoSchedule } from './schedule.ts';
import { listDemoVendors } from './vendors.ts';

/** @param today the day from which all others are counted, such as `2026-11-14` */
export async function seedDemoProduction(client: pg.Client, today: string): Promise<void> {
  const org_id = requireDemoOrg('northlight').id;
  const put = (table: string, rows: readonly DemoRow[]) =>
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
