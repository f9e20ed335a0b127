import { z } from 'zod';
import { defineTool } from '../../../tools/tool.ts';
import * as fields from '../fields.ts';
import { readBy } from '../functions.ts';
import { Bounds, DeliverableRow, Place } from '../shapes.ts';

export const listDeliverables = defineTool({
  name: 'list_deliverables',
  description:
    'List deliverables by due day: riders, input lists, plots, plans, permits, with state, who is responsible and whether they are overdue.',
  effect: 'read',
  permission: 'deliverables:read',
  input: z.strictObject({
    projectId: fields.projectId.optional(),
    showId: fields.showId.optional(),
    query: fields.query('Words of a title, kind or responsible person').optional(),
    kind: fields.deliverableKind.optional().describe('Only this kind'),
    state: fields.deliverableState.optional().describe('Only deliverables in this state'),
    overdue: z.boolean().default(false).describe('Only those that are late'),
    limit: fields.limit,
  }),
  output: z.object({ deliverables: z.array(DeliverableRow), ...Bounds, project: Place.nullable() }),
  affected: ({ projectId, showId }) => [projectId, showId].filter((id) => id !== undefined),
  run: readBy('list_deliverables'),
});
