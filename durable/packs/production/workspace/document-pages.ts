// The pages of an RFP, an incident and an activity of a schedule.
import type { TenantReader } from '../../../tools/tenant-access.ts';
import {
  blankPage,
  type Column,
  cell,
  chooseTab,
  fieldLabel,
  type TableRow,
  table,
  textSection,
} from '../../workspace/page-parts.ts';
import type { PageReply, WorkspaceSection } from '../../workspace/workspace-page.ts';
import { readAs } from '../functions.ts';
import * as words from './labels.ts';
import { ActivityPage, type Dependency, IncidentPage, RfpPage } from './page-shapes.ts';
import { factsOf } from './record-pages.ts';
import { ACTIVITY_SUGGESTIONS, INCIDENT_SUGGESTIONS } from './suggestions.ts';

export async function rfpPage(tenant: TenantReader, id: string, wanted: string | null): PageReply {
  const rfp = await readAs(RfpPage, tenant, 'workspace_rfp', { id });
  if ('refused' in rfp) return rfp;
  const documents = [rfp.requiresInsurance && 'Insurance', rfp.requiresW9 && 'W-9', rfp.requiresNda && 'NDA'];
  const responses = rfp.responses.map(
    (one): TableRow => ({
      id: one.vendorId,
      path: words.vendorPath(one.vendorId),
      cells: {
        vendor: cell(one.vendor),
        state: words.stateCell('response', one.state),
        on: words.dayCell(one.submittedOn),
        total: cell(words.money(one.total, one.currency)),
        summary: cell(one.summary),
      },
    }),
  );
  const columns: readonly Column[] = [
    { id: 'vendor', label: 'Vendor', kind: 'text' },
    { id: 'state', label: 'State', kind: 'state' },
    { id: 'on', label: 'Submitted', kind: 'time' },
    { id: 'total', label: 'Total', kind: 'number' },
    { id: 'summary', label: 'Summary', kind: 'text' },
  ];
  const shown = columns.filter((column) => !words.isHidden(rfp.notShown, column.id));
  const content: readonly WorkspaceSection[] = [
    ...(rfp.scope ? [textSection(rfp.scope, 'Scope')] : []),
    ...(rfp.deliverables ? [textSection(rfp.deliverables, 'Deliverables')] : []),
  ];
  return {
    ...blankPage('rfp', rfp.id),
    title: cell(rfp.title).text,
    code: rfp.number,
    type: 'Request for proposal',
    marks: [words.mark('rfp', rfp.state)],
    trail: words.projectTrail(rfp.project, { id: 'rfps', label: 'RFPs' }),
    facts: factsOf([
      ['Due', words.momentCell(rfp.dueAt, rfp.timeZone)],
      ['Required documents', cell(documents.filter(Boolean).join(', '))],
    ]),
    tabs: [
      { id: 'responses', label: 'Responses', count: responses.length },
      { id: 'content', label: 'Scope and deliverables', count: null },
    ],
    content: chooseTab(
      {
        responses: [...words.hiddenNote(rfp.notShown), table(null, shown, responses, { empty: 'No responses yet.' })],
        content: content.length > 0 ? content : [textSection('No scope or deliverables yet.')],
      },
      wanted,
    ),
    scope: { programId: rfp.projectId, designId: null, label: rfp.number, draft: `About ${rfp.number}: ` },
  };
}

export async function incidentPage(tenant: TenantReader, id: string, wanted: string | null): PageReply {
  const incident = await readAs(IncidentPage, tenant, 'workspace_incident', { id });
  if ('refused' in incident) return incident;
  const { parties, isOshaRecordable: recordable } = incident;
  const people = (parties ?? []).map(
    (one, at): TableRow => ({
      id: String(at),
      path: null,
      cells: {
        name: cell(one.name),
        role: cell(fieldLabel(one.role)),
        organization: cell(one.organization),
        contact: cell(one.contact),
        statement: cell(one.statement),
      },
    }),
  );
  const columns: readonly Column[] = [
    { id: 'name', label: 'Name', kind: 'text' },
    { id: 'role', label: 'Role', kind: 'text' },
    { id: 'organization', label: 'Organization', kind: 'text' },
    { id: 'contact', label: 'Contact', kind: 'code' },
    { id: 'statement', label: 'Statement', kind: 'text' },
  ];
  return {
    ...blankPage('incident', incident.id),
    suggestions: INCIDENT_SUGGESTIONS,
    title: cell(incident.title).text,
    code: incident.number,
    type: 'Incident',
    marks: [words.mark('severity', incident.severity), words.mark('incident', incident.state)],
    trail: words.projectTrail(incident.project, { id: 'incidents', label: 'Incidents' }),
    facts: factsOf([
      ['When', words.momentCell(incident.occurredAt, incident.timeZone)],
      ['Where', cell(incident.location)],
      ['Show', cell(incident.show, incident.showId === null ? undefined : words.showPath(incident.showId))],
      [
        'OSHA recordable',
        recordable === null ? { text: 'Not decided', tone: 'notice' } : cell(words.yesNo(recordable)),
      ],
      ['Days away', cell(incident.daysAway)],
      ['Days restricted', cell(incident.daysRestricted)],
    ]),
    tabs: [
      { id: 'report', label: 'Report', count: null },
      ...(parties === null ? [] : [{ id: 'parties', label: 'People', count: parties.length }]),
    ],
    content: chooseTab(
      {
        report: [
          textSection(incident.description ?? 'No description yet.', 'What happened'),
          textSection(incident.correctiveAction ?? 'No corrective action yet.', 'Corrective action'),
          ...(parties === null ? [textSection("Your role can't see the people involved.")] : []),
        ],
        ...(parties === null ? {} : { parties: [table(null, columns, people, { empty: 'No one on record.' })] }),
      },
      wanted,
    ),
    scope: {
      programId: incident.projectId,
      designId: null,
      label: incident.number,
      draft: `About ${incident.number}: `,
    },
  };
}

export async function activityPage(tenant: TenantReader, id: string, _wanted: string | null): PageReply {
  const activity = await readAs(ActivityPage, tenant, 'workspace_activity', { id });
  if ('refused' in activity) return activity;
  const { computed } = activity;
  const name = cell(activity.name).text;
  const isMilestone = activity.durationDays === 0;
  return {
    ...blankPage('activity', activity.id),
    suggestions: ACTIVITY_SUGGESTIONS,
    title: name,
    type: isMilestone ? 'Milestone' : 'Activity',
    marks: [
      { label: activity.phase, tone: 'neutral' },
      ...(computed?.isCritical ? [{ label: 'Critical', tone: 'accent' } as const] : []),
      ...(activity.isInCycle ? [{ label: 'Circular dependency', tone: 'danger' } as const] : []),
    ],
    trail: words.projectTrail(activity.project, { id: 'schedule', label: 'Schedule' }),
    facts: factsOf([
      ['Planned start', words.dayCell(activity.plannedStart)],
      ['Planned finish', words.dayCell(activity.plannedFinish)],
      ['Duration', cell(isMilestone ? 'Milestone' : days(activity.durationDays))],
      ['Responsible', cell(activity.responsible)],
      ['Done', cell(`${activity.percentComplete} %`)],
      ['Float', cell(computed && days(computed.totalFloatDays))],
      ['Earliest start', words.dayCell(computed?.earlyStart)],
      ['Earliest finish', words.dayCell(computed?.earlyFinish)],
      ['Latest start', words.dayCell(computed?.lateStart)],
      ['Latest finish', words.dayCell(computed?.lateFinish)],
      ['Not before', words.dayCell(activity.earliestStart)],
    ]),
    content: {
      tab: 'dependencies',
      cursor: null,
      sections: [
        dependencies('Depends on', activity.waitsFor, 'No dependencies.'),
        dependencies('Blocks', activity.holdsUp, 'Blocks no other activity.'),
      ],
    },
    scope: { programId: activity.project?.id ?? null, designId: null, label: name, draft: `About ${name}: ` },
  };
}

const KINDS = { FS: 'Finish to start', SS: 'Start to start', FF: 'Finish to finish' } as const;

function dependencies(heading: string, list: readonly Dependency[], empty: string): WorkspaceSection {
  const columns: readonly Column[] = [
    { id: 'name', label: 'Activity', kind: 'text' },
    { id: 'kind', label: 'Dependency', kind: 'text' },
    { id: 'start', label: 'Start', kind: 'time' },
    { id: 'finish', label: 'Finish', kind: 'time' },
    { id: 'float', label: 'Float', kind: 'number' },
    { id: 'path', label: 'Path', kind: 'state' },
  ];
  const rows = list.map(
    (one): TableRow => ({
      id: one.id,
      path: words.activityPath(one.id),
      cells: {
        name: cell(one.name),
        kind: cell(one.lagDays === 0 ? KINDS[one.kind] : `${KINDS[one.kind]}, ${signed(one.lagDays)}`),
        start: words.dayCell(one.plannedStart),
        finish: words.dayCell(one.plannedFinish),
        float: cell(one.totalFloatDays === null ? '' : days(one.totalFloatDays)),
        path: one.isCritical === true ? { text: 'Critical', tone: 'accent' } : cell(''),
      },
    }),
  );
  return table(heading, columns, rows, { empty });
}

const days = (count: number): string => (count === 1 ? '1 day' : `${count} days`);
const signed = (lag: number): string => `${lag > 0 ? '+' : '−'}${days(Math.abs(lag))}`;
