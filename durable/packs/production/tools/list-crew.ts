import * as z from 'zod';
import { defineTool } from '../../../tools/tool.ts';
import * as fields from '../fields.ts';
import { readBy } from '../functions.ts';
import { Bounds, CrewRow, EntityRef, NotShown, ShowRow } from '../shapes.ts';

export const listCrew = defineTool({
  name: 'list_crew',
  description:
    'List the crew of a show (including those assigned to its whole project, with call times in its time zone), of a project, or everyone: role, department, phone, email, day rate and certificates. For a city, find the show with list_shows first.',
  effect: 'read',
  permission: 'crew:read',
  input: z.strictObject({
    projectId: fields.projectId.optional(),
    showId: fields.showId.optional(),
    query: fields.query('Words from a person’s name, role, department or home city').optional(),
    department: fields.department.optional().describe('Only this department'),
    limit: fields.limit,
  }),
  output: z.object({
    crew: z.array(CrewRow),
    ...Bounds,
    people: z.int(),
    project: EntityRef.nullable(),
    show: ShowRow.nullable(),
    notShown: NotShown,
  }),
  affected: ({ projectId, showId }) => [projectId, showId].filter((id) => id !== undefined),
  run: readBy('list_crew'),
});
