import * as z from 'zod';
import { defineTool } from '../../../tools/tool.ts';
import * as fields from '../fields.ts';
import { readBy } from '../functions.ts';
import { Bounds, DeliverableRow, EntityRef } from '../shapes.ts';

export const listDeliverables = defineTool({
  name: 'list_deliverables',
  description:
    'List deliverables by due date: riders, input lists, plots, plans, permits, with state, person responsible and whether they are overdue.',
  effect: 'read',
  permission: 'deliverables:read',
  input: z.strictObject({
    projectId: fields.projectId.optional(),
    showId: fields.showId.optional(),
    query: fields.query('Words from a title, kind or person responsible').optional(),
    kind: fields.deliverableKind.optional().describe('Only this kind'),
    state: fields.deliverableState.optional().describe('Only deliverables in this state'),
    overdue: z.boolean().default(false).describe('Only overdue ones'),
    limit: fields.limit,
  }),
  output: z.object({ deliverables: z.array(DeliverableRow), ...Bounds, project: EntityRef.nullable() }),
  affected: ({ projectId, showId }) => [projectId, showId].filter((id) => id !== undefined),
  run: readBy('list_deliverables'),
});
