import { z } from 'zod';
import { defineTool } from '../../../tools/tool.ts';
import * as fields from '../fields.ts';
import { readBy } from '../functions.ts';
import { Bounds, CrewRow, NotShown, Place, ShowRow } from '../shapes.ts';

export const listCrew = defineTool({
  name: 'list_crew',
  description:
    'List the crew of a show (with those who are on its whole project, and call times on its clock), of a project, or everybody: role, department, phone, e-mail, day rate and certificates. For a city, find the show with list_shows first.',
  effect: 'read',
  permission: 'crew:read',
  input: z.strictObject({
    projectId: fields.projectId.optional(),
    showId: fields.showId.optional(),
    query: fields.query('Words of a person’s name, role, department or home city').optional(),
    department: fields.department.optional().describe('Only this department'),
    limit: fields.limit,
  }),
  output: z.object({
    crew: z.array(CrewRow),
    ...Bounds,
    people: z.int(),
    project: Place.nullable(),
    show: ShowRow.nullable(),
    notShown: NotShown,
  }),
  affected: ({ projectId, showId }) => [projectId, showId].filter((id) => id !== undefined),
  run: readBy('list_crew'),
});
