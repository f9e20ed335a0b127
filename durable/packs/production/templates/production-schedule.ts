// A project's schedule as a document: activities by phase, the critical path, shows, and risks.
import * as z from 'zod';
import { fitToPrompt } from '../../../templates/draft-prompt.ts';
import { choiceField, proseField, recordField } from '../../../templates/form-fields.ts';
import { defineTemplate } from '../../../templates/template.ts';
import { notThere } from './refusals.ts';
import * as rows from './rows.ts';

const DETAIL = { full: 'All activities', critical: 'Critical path only' } as const;

export const productionSchedule = defineTemplate({
  id: 'production-schedule',
  name: 'Production schedule',
  description:
    'Lay out a project’s schedule: activities by phase, critical path, shows, deliverables, and what is late.',
  permissions: ['projects:read', 'schedules:read'],
  form: z.strictObject({
    projectId: recordField('project', { label: 'Project' }),
    detail: choiceField(['full', 'critical'], { label: 'Activities', labels: DETAIL }),
    notes: proseField({ label: 'Notes', hint: 'Constraints or reminders to include.' }).optional(),
  }),
  prompt: [
    'A production schedule. A title with the project; a line with its client, days and phase.',
    'Sections: Milestones and critical path (in order, with days); Schedule (one table per phase: activity, start, finish, days, float, responsible, percent done; all activities of the sources); Shows (a table with local times, zone, venue and city); Deliverables (due date, state, responsible; overdue ones first); Risks (activities planned earlier than their dependencies allow, a circular dependency with its path, overdue deliverables, nothing else).',
    'Days are whole and inclusive. With a circular dependency there is no critical path: say so. An activity without a person responsible gets [missing: responsible].',
  ].join('\n'),
  gather: async (input, tenant) => {
    const project = await rows.readProject(tenant, input.projectId);
    if ('refused' in project) return notThere('projectId', 'project');
    const [schedule, shows, deliverables] = await Promise.all([
      rows.readSchedule(tenant, project.row.id, { isCritical: input.detail === 'critical' }),
      rows.readShows(tenant, project.row.id),
      rows.readDeliverables(tenant, { projectId: project.row.id }),
    ]);
    return {
      refused: false,
      title: project.row.name,
      ...fitToPrompt(rows.together(project.listed, schedule, shows, deliverables)),
      named: { [project.row.id]: project.row.name },
      programId: project.row.id,
      designId: null,
    };
  },
});
