import * as z from 'zod';
import { defineTool } from '../../../tools/tool.ts';
import * as fields from '../fields.ts';
import { readBy } from '../functions.ts';
import { ActivityRow, EntityRef } from '../shapes.ts';

export const getSchedule = defineTool({
  name: 'get_schedule',
  description:
    'Get the schedule of a project: activities with planned start and finish, dependencies, total float in days and whether they are critical; the critical path in order; activities planned earlier than their dependencies allow; a circular dependency, if there is one (then there is no float). Days are inclusive.',
  effect: 'read',
  permission: 'schedules:read',
  input: z.strictObject({
    projectId: fields.projectId,
    query: fields.query('Words from an activity, its phase or the person responsible').optional(),
    criticalOnly: z.boolean().default(false).describe('Only activities on the critical path'),
    limit: z.int().min(1).max(100).default(50).describe('Maximum number of activities, 1 to 100'),
  }),
  output: z.object({
    project: EntityRef,
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
