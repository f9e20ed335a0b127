import * as z from 'zod';
import { defineTool } from '../../../tools/tool.ts';
import * as fields from '../fields.ts';
import { readBy } from '../functions.ts';

export const searchPrograms = defineTool({
  name: 'search_programs',
  description: 'Search the programs the user can see, by name, code, customer or status. Without a query it lists all.',
  effect: 'read',
  permission: 'programs:read',
  input: z.strictObject({
    query: fields.query('Part of a name, code or customer').optional(),
    status: fields.programStatus.optional().describe('Only programs with this status'),
    limit: fields.limit,
  }),
  output: z.object({
    programs: z.array(
      z.object({
        id: z.string(),
        code: z.string(),
        name: z.string(),
        description: z.string(),
        customer: z.string().nullable(),
        status: z.string(),
      }),
    ),
    total: z.int(),
  }),
  run: readBy('search_programs'),
});
