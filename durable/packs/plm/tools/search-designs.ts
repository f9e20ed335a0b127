import * as z from 'zod';
import { defineTool } from '../../../tools/tool.ts';
import * as fields from '../fields.ts';
import { readBy } from '../functions.ts';

export const searchDesigns = defineTool({
  name: 'search_designs',
  description:
    'Search designs by name, code, type or program. Without a query it lists all. Archived designs are not included.',
  effect: 'read',
  permission: 'designs:read',
  input: z.strictObject({
    query: fields.query('Part of a name or code').optional(),
    programId: fields.idOrCode('Program ID or code').optional(),
    designType: fields.designType.optional().describe('Only designs of this type'),
    limit: fields.limit,
  }),
  output: z.object({
    designs: z.array(
      z.object({
        id: z.string(),
        code: z.string(),
        name: z.string(),
        description: z.string(),
        designType: z.string(),
        programId: z.string(),
        programCode: z.string(),
      }),
    ),
    total: z.int(),
  }),
  run: readBy('search_designs'),
});
