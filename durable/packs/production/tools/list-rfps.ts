import * as z from 'zod';
import { defineTool } from '../../../tools/tool.ts';
import * as fields from '../fields.ts';
import { readBy } from '../functions.ts';
import { Bounds, EntityRef, NotShown, RfpResponse, RfpRow } from '../shapes.ts';

export const listRfps = defineTool({
  name: 'list_rfps',
  description:
    'List requests for proposals (RFPs): scope, deliverables, due date, required documents, and the vendors’ proposals with state and total. Finds an RFP by its number too.',
  effect: 'read',
  permission: 'rfps:read',
  input: z.strictObject({
    projectId: fields.projectId.optional(),
    query: fields.query('Number, or words from a title or scope').optional(),
    state: fields.rfpState.optional().describe('Only RFPs in this state'),
    limit: fields.limit,
  }),
  output: z.object({
    rfps: z.array(RfpRow.extend({ responses: z.array(RfpResponse) })),
    ...Bounds,
    project: EntityRef.nullable(),
    notShown: NotShown,
  }),
  affected: ({ projectId }) => (projectId === undefined ? [] : [projectId]),
  run: readBy('list_rfps'),
});
