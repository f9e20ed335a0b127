// The schedule of a project as a document: its activities by phase, the critical path, the shows, and what endangers them.
import { z } from 'zod';
import { choiceField, proseField, recordField } from '../../../templates/form-fields.ts';
import { fitToPrompt } from '../../../templates/gather-lists.ts';
import { defineTemplate } from '../../../templates/template.ts';
import { notThere } from './refusals.ts';
import * as rows from './rows.ts';

const DETAIL = { full: 'All activities', critical: 'The critical path alone' } as const;

export const productionSchedule = defineTemplate({
  id: 'production-schedule',
  name: 'Production schedule',
  description:
    'Lay out a project’s schedule: activities by phase, critical path, shows, deliverables, and what is late.',
  permissions: ['projects:read', 'schedules:read'],
  form: z.strictObject({
    projectId: recordField('project', { label: 'Project' }),
    detail: choiceField(['full', 'critical'], { label: 'Which activities', labels: DETAIL }),
    notes: proseField({ label: 'To add', hint: 'Constraints or reminders that belong in it.' }).optional(),
  }),
  prompt: [
    'A production schedule. A title with the project; a line with its client, days and phase.',
    'Sections: Milestones and critical path (in order, with days); Schedule (one table a phase: activity, start, finish, days, float, responsible, percent done; all activities of the sources); Shows (a table with local times, zone, venue and city); Deliverables (due day, state, responsible; overdue ones first); Risks (activities planned before what they wait for allows, a cycle of dependencies with its path, deliverables overdue, nothing else).',
    'Days are whole and inclusive. Where there is a cycle there is no critical path: say so. An activity without anybody responsible gets [missing: responsible].',
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
