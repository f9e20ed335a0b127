import { z } from 'zod';
import { defineTool } from '../../../tools/tool.ts';
import * as fields from '../fields.ts';
import { readBy } from '../functions.ts';
import { Bounds, NotShown, Place, RfpResponse, RfpRow } from '../shapes.ts';

export const listRfps = defineTool({
  name: 'list_rfps',
  description:
    'List requests for proposal (RFPs): scope, deliverables, when answers are due, what papers they ask for, and the proposals of vendors with state and total. An RFP may be asked for by its number.',
  effect: 'read',
  permission: 'rfps:read',
  input: z.strictObject({
    projectId: fields.projectId.optional(),
    query: fields.query('Number, or words of a title or scope').optional(),
    state: fields.rfpState.optional().describe('Only RFPs in this state'),
    limit: fields.limit,
  }),
  output: z.object({
    rfps: z.array(RfpRow.extend({ responses: z.array(RfpResponse) })),
    ...Bounds,
    project: Place.nullable(),
    notShown: NotShown,
  }),
  affected: ({ projectId }) => (projectId === undefined ? [] : [projectId]),
  run: readBy('list_rfps'),
});
