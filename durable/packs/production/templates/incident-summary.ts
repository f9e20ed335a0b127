// The report of an incident for the file: what happened, to whom, what was done, and what nobody has said yet.
import { z } from 'zod';
import { choiceField, proseField, recordField } from '../../../templates/form-fields.ts';
import { fitToPrompt } from '../../../templates/gather-lists.ts';
import { defineTemplate } from '../../../templates/template.ts';
import { notThere } from './refusals.ts';
import * as rows from './rows.ts';

const AUDIENCES = { internal: 'The production', insurer: 'The insurer', client: 'The client' } as const;

export const incidentSummary = defineTemplate({
  id: 'incident-summary',
  name: 'Incident summary report',
  description: 'Report an incident: what happened, when and where, who was in it, what was done, and what is open.',
  permissions: ['incidents:read'],
  form: z.strictObject({
    incidentId: recordField('incident', { label: 'Incident' }),
    audience: choiceField(['internal', 'insurer', 'client'], { label: 'Who reads it', labels: AUDIENCES }),
    notes: proseField({ label: 'To add', hint: 'What is known and not on record.' }).optional(),
  }),
  prompt: [
    'A report. A title with the incident’s number; then a table of the facts: when (local time and zone), where, project, show, severity, state, OSHA recordable (yes, no, or [missing: OSHA decision] where nobody has decided), days away, days restricted.',
    'Sections: What happened; People (a table with role, organisation and contact; no judgement of anybody); Statements, each with whose it is; Corrective action; Open points, as a list of what is missing and who could tell.',
    'State what is on record and no more. Never say who is at fault, never soften or worsen what was said. For a client leave contacts of people and their statements out.',
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
