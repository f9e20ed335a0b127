import * as z from 'zod';
import { defineTool } from '../../../tools/tool.ts';
import * as fields from '../fields.ts';
import { readBy } from '../functions.ts';
import { Bounds, ShowRow, Venue } from '../shapes.ts';

export const listShows = defineTool({
  name: 'list_shows',
  description:
    'List show dates with local times and time zone, venue, city and capacity, of one project or of all. The query matches city, venue or name. upcoming starts with the next show, past with the most recent.',
  effect: 'read',
  permission: 'shows:read',
  input: z.strictObject({
    projectId: fields.projectId.optional(),
    query: fields.query('Words from a name, city, venue or project').optional(),
    state: fields.showState.optional().describe('Only shows in this state'),
    when: fields.when.optional().describe('Only upcoming or only past shows'),
    limit: fields.limit,
  }),
  output: z.object({ shows: z.array(ShowRow.extend({ venueDetails: Venue.nullable() })), ...Bounds }),
  affected: ({ projectId }) => (projectId === undefined ? [] : [projectId]),
  run: readBy('list_shows'),
});
