import * as z from 'zod';
import { defineTool } from '../../../tools/tool.ts';
import * as fields from '../fields.ts';
import { readBy } from '../functions.ts';
import { NotShown, ProjectRow, ShowRow } from '../shapes.ts';

const count = z.int().nullable();

export const getProject = defineTool({
  name: 'get_project',
  description:
    'Get a project: client, state, phase, days, budget, its next show, the number of its records, and what needs attention (open incidents, overdue deliverables, vendors with missing or expired documents).',
  effect: 'read',
  permission: 'projects:read',
  input: z.strictObject({ projectId: fields.projectId }),
  output: ProjectRow.extend({
    description: z.string().nullable(),
    budget: z.number().nullable(),
    currency: z.string().nullable(),
    nextShow: ShowRow.nullable(),
    counts: z.object({
      shows: count,
      crew: count,
      vendors: count,
      activities: count,
      rfps: count,
      incidents: count,
      deliverables: count,
    }),
    attention: z.object({
      openIncidents: count,
      overdueDeliverables: count,
      vendorsWithoutW9: count,
      vendorsWithoutInsurance: count,
      openRfps: count,
    }),
    notShown: NotShown,
    asOf: z.string(),
  }),
  affected: ({ projectId }) => [projectId],
  run: readBy('get_project'),
});
