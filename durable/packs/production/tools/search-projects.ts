import * as z from 'zod';
import { defineTool } from '../../../tools/tool.ts';
import * as fields from '../fields.ts';
import { readBy } from '../functions.ts';
import { Bounds, ProjectRow } from '../shapes.ts';

export const searchProjects = defineTool({
  name: 'search_projects',
  description:
    'Search the projects of this organization by name, code, client, state or phase. Use it first when you have a name and need the id. Without a query it lists all by start date.',
  effect: 'read',
  permission: 'projects:read',
  input: z.strictObject({
    query: fields.query('Words from a name, code or client').optional(),
    state: fields.projectState.optional().describe('Only projects in this state'),
    phase: fields.phase.optional().describe('Only projects in this phase'),
    limit: fields.limit,
  }),
  output: z.object({ projects: z.array(ProjectRow), ...Bounds }),
  run: readBy('search_projects'),
});
