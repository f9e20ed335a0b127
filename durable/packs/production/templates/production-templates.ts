// The pack's templates in display order, and the search for records in their forms. To add one: its file, and a line here.
import type { Choice, FindChoices, PackTemplates } from '../../../templates/template.ts';
import type { TenantReader } from '../../../tools/tenant-access.ts';
import type { ToolRefusal } from '../../../tools/tool.ts';
import { cell, fieldLabel } from '../../workspace/page-parts.ts';
import { readAs } from '../functions.ts';
import * as shapes from '../workspace/page-shapes.ts';
import { advancingEmail } from './advancing-email.ts';
import { incidentSummary } from './incident-summary.ts';
import { productionSchedule } from './production-schedule.ts';
import { vendorRfp } from './vendor-rfp.ts';

const LIMIT = 12;

type FormInput = Readonly<Record<string, unknown>>;

type Find = (tenant: TenantReader, input: FormInput) => Promise<readonly Choice[]>;

const KINDS: Readonly<Record<string, Find>> = {
  project: async (tenant, { projectId: _none, ...input }) =>
    rowsOf(await readAs(shapes.ProjectList, tenant, 'search_projects', input), ({ projects }) =>
      projects.map((row) => choice(row.id, row.name, [row.code, row.client, days(row.startsOn, row.endsOn)])),
    ),
  show: async (tenant, input) =>
    rowsOf(await readAs(shapes.ShowList, tenant, 'list_shows', input), ({ shows }) =>
      shows.map((row) => choice(row.id, row.name, [row.startsAt.slice(0, 10), row.venue, row.city])),
    ),
  vendor: async (tenant, input) =>
    rowsOf(await readAs(shapes.VendorList, tenant, 'list_vendors', input), ({ vendors }) =>
      vendors.map((row) => choice(row.id, row.name, [row.category, row.service, row.city])),
    ),
  rfp: async (tenant, input) =>
    rowsOf(await readAs(shapes.RfpList, tenant, 'list_rfps', input), ({ rfps }) =>
      rfps.map((row) => choice(row.id, row.title, [row.number, fieldLabel(row.state)])),
    ),
  incident: async (tenant, input) =>
    rowsOf(await readAs(shapes.IncidentList, tenant, 'list_incidents', input), ({ incidents }) =>
      incidents.map((row) => choice(row.id, row.title, [row.number, row.occurredAt.slice(0, 10), row.projectName])),
    ),
};

const findChoices: FindChoices = async function findProductionChoices(record, { words, within }, tenant) {
  const find = Object.hasOwn(KINDS, record) ? KINDS[record] : undefined;
  if (!find) return [];
  return find(tenant, {
    limit: LIMIT,
    ...(words !== null && { query: words }),
    ...(within !== null && { projectId: within }),
  });
};

const choice = (id: string, title: string, details: readonly (string | null | undefined)[]): Choice => ({
  id,
  title: cell(title).text,
  detail: details.flatMap((detail) => (detail ? [cell(detail).text] : [])).join(' · '),
});

const days = (from: string | null, to: string | null): string | null =>
  from === null ? null : `${from} – ${to ?? '?'}`;

export const PRODUCTION_TEMPLATES: PackTemplates = {
  templates: [advancingEmail, vendorRfp, incidentSummary, productionSchedule],
  findChoices,
};

function rowsOf<T extends object>(found: T | ToolRefusal, toChoices: (rows: T) => Choice[]): readonly Choice[] {
  return 'refused' in found ? [] : toChoices(found);
}
