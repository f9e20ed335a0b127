import { z } from 'zod';
import { defineTool } from '../../../tools/tool.ts';
import * as fields from '../fields.ts';
import { readBy } from '../functions.ts';
import { Bounds, IncidentRow, NotShown, Place } from '../shapes.ts';

export const listIncidents = defineTool({
  name: 'list_incidents',
  description:
    'List incidents, the latest first: what happened, where and when in local time, severity, state, whether it is OSHA recordable, days away and restricted, and who was in it. An incident may be asked for by its number.',
  effect: 'read',
  permission: 'incidents:read',
  input: z.strictObject({
    projectId: fields.projectId.optional(),
    showId: fields.showId.optional(),
    query: fields.query('Number, or words of a title or place').optional(),
    severity: fields.severity.optional().describe('Only this severity'),
    state: fields.incidentState.optional().describe('Only incidents in this state'),
    oshaRecordable: z.boolean().optional().describe('Only those that are recordable, or only those decided not to be'),
    limit: fields.limit,
  }),
  output: z.object({ incidents: z.array(IncidentRow), ...Bounds, project: Place.nullable(), notShown: NotShown }),
  affected: ({ projectId, showId }) => [projectId, showId].filter((id) => id !== undefined),
  run: readBy('list_incidents'),
});
