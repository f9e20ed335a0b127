import { z } from 'zod';
import { defineTool } from '../../../tools/tool.ts';
import * as fields from '../fields.ts';
import { readBy } from '../functions.ts';
import { ActivityRow, Place } from '../shapes.ts';

export const getSchedule = defineTool({
  name: 'get_schedule',
  description:
    'Get the schedule of a project: activities with planned start and finish, what each waits for, its total float in days and whether it is critical; the critical path in order; activities planned before what they wait for allows; a cycle of dependencies, if there is one (then there is no float). Days are inclusive.',
  effect: 'read',
  permission: 'schedules:read',
  input: z.strictObject({
    projectId: fields.projectId,
    query: fields.query('Words of an activity, its phase or who is responsible').optional(),
    criticalOnly: z.boolean().default(false).describe('Only activities on the critical path'),
    limit: z.int().min(1).max(100).default(50).describe('Most activities to return, 1 to 100'),
  }),
  output: z.object({
    project: Place,
    criticalPath: z.array(z.string()).nullable(),
    criticalCount: z.int(),
    cycle: z.array(z.string()).nullable(),
    startsOn: z.string().nullable(),
    plannedFinish: z.string().nullable(),
    earliestFinish: z.string().nullable(),
    plannedTooEarly: z.array(z.object({ name: z.string(), plannedStart: z.string(), earlyStart: z.string() })),
    activities: z.array(ActivityRow),
    total: z.int(),
    left: z.int(),
    asOf: z.string(),
  }),
  affected: ({ projectId }) => [projectId],
  run: readBy('get_schedule'),
});
