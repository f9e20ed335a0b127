// An incident report: what happened, who was involved, what was done, and what is still unknown.
import * as z from 'zod';
import { fitToPrompt } from '../../../templates/draft-prompt.ts';
import { choiceField, proseField, recordField } from '../../../templates/form-fields.ts';
import { defineTemplate } from '../../../templates/template.ts';
import { notThere } from './refusals.ts';
import * as rows from './rows.ts';

const AUDIENCES = { internal: 'The production', insurer: 'The insurer', client: 'The client' } as const;

export const incidentSummary = defineTemplate({
  id: 'incident-summary',
  name: 'Incident summary report',
  description:
    'Report an incident: what happened, when and where, who was involved, what was done, and what is still open.',
  permissions: ['incidents:read'],
  form: z.strictObject({
    incidentId: recordField('incident', { label: 'Incident' }),
    audience: choiceField(['internal', 'insurer', 'client'], { label: 'Audience', labels: AUDIENCES }),
    notes: proseField({ label: 'Notes', hint: 'Anything not in the record.' }).optional(),
  }),
  prompt: [
    'A report. A title with the incident’s number; then a table of the facts: when (local time and zone), where, project, show, severity, state, OSHA recordable (yes, no, or [missing: OSHA decision] if not decided), days away, days restricted.',
    'Sections: What happened; People (a table with role, organization and contact; no judgment of anyone); Statements, each with its author; Corrective action; Open points, as a list of what is missing and who could provide it.',
    'State only what is on record. Never say who is at fault, and never soften or exaggerate a statement. For a client, leave out personal contact details and statements.',
  ].join('\n'),
  gather: async (input, tenant) => {
    const incident = await rows.readIncident(tenant, input.incidentId);
    if ('refused' in incident) return notThere('incidentId', 'incident');
    const { row } = incident;
    const [show, project] = await Promise.all([
      row.showId === null ? null : rows.readShow(tenant, row.showId),
      rows.readProject(tenant, row.projectId),
    ]);
    const place = show && !('refused' in show) ? show.listed : rows.NONE;
    const whole = 'refused' in project ? rows.NONE : rows.withoutMoney(project.listed);
    return {
      refused: false,
      title: `${row.number} ${row.title}`,
      ...fitToPrompt(rows.together(incident.listed, place, whole)),
      named: { [row.id]: `${row.number} ${row.title}` },
      programId: row.projectId,
      designId: row.showId,
    };
  },
});
