import * as z from 'zod';
import { defineTool } from '../../../tools/tool.ts';
import * as fields from '../fields.ts';
import { readBy } from '../functions.ts';
import { Bounds, EntityRef, IncidentRow, NotShown } from '../shapes.ts';

export const listIncidents = defineTool({
  name: 'list_incidents',
  description:
    'List incidents, latest first: what happened, where and when in local time, severity, state, whether it is OSHA recordable, days away and restricted, and the people involved. Finds an incident by its number too.',
  effect: 'read',
  permission: 'incidents:read',
  input: z.strictObject({
    projectId: fields.projectId.optional(),
    showId: fields.showId.optional(),
    query: fields.query('Number, or words from a title or place').optional(),
    severity: fields.severity.optional().describe('Only this severity'),
    state: fields.incidentState.optional().describe('Only incidents in this state'),
    oshaRecordable: z
      .boolean()
      .optional()
      .describe('True: only recordable ones; false: only those decided as not recordable'),
    limit: fields.limit,
  }),
  output: z.object({ incidents: z.array(IncidentRow), ...Bounds, project: EntityRef.nullable(), notShown: NotShown }),
  affected: ({ projectId, showId }) => [projectId, showId].filter((id) => id !== undefined),
  run: readBy('list_incidents'),
});
