import { z } from 'zod';
import { defineTool } from '../../../tools/tool.ts';
import * as fields from '../fields.ts';
import { readBy } from '../functions.ts';
import { Bounds, ShowRow, Venue } from '../shapes.ts';

export const listShows = defineTool({
  name: 'list_shows',
  description:
    'List show dates with local times and time zone, venue, city and capacity, of one project or of all. The query finds by city, venue or name. upcoming begins with the next one, past with the last one.',
  effect: 'read',
  permission: 'shows:read',
  input: z.strictObject({
    projectId: fields.projectId.optional(),
    query: fields.query('Words of a name, city, venue or project').optional(),
    state: fields.showState.optional().describe('Only shows in this state'),
    when: fields.when.optional().describe('Only shows that are to come, or that are over'),
    limit: fields.limit,
  }),
  output: z.object({ shows: z.array(ShowRow.extend({ venueDetails: Venue.nullable() })), ...Bounds }),
  affected: ({ projectId }) => (projectId === undefined ? [] : [projectId]),
  run: readBy('list_shows'),
});
