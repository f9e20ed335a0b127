// A project's schedule as bars on a calendar, with the critical path, float and a text about conflicts.
import type { TenantReader } from '../../../tools/tenant-access.ts';
import type { ToolRefusal } from '../../../tools/tool.ts';
import { type Column, cell, textSection } from '../../workspace/page-parts.ts';
import type { WorkspaceSection, WorkspaceTab } from '../../workspace/workspace-page.ts';
import { readAs } from '../functions.ts';
import { activityPath, dayCell } from './labels.ts';
import { Schedule } from './page-shapes.ts';

/** More than fits on a page. */
const MAX_ACTIVITIES = 500;

type Activity = Schedule['activities'][number];

const COLUMNS: readonly Column[] = [
  { id: 'name', label: 'Activity', kind: 'text' },
  { id: 'who', label: 'Responsible', kind: 'text' },
  { id: 'start', label: 'Start', kind: 'time' },
  { id: 'finish', label: 'Finish', kind: 'time' },
  { id: 'days', label: 'Days', kind: 'number' },
  { id: 'float', label: 'Float', kind: 'number' },
  { id: 'critical', label: 'Path', kind: 'state' },
  { id: 'percent', label: 'Done', kind: 'number' },
];

export async function scheduleTab(tenant: TenantReader, projectId: string): Promise<WorkspaceTab | ToolRefusal> {
  const found = await readAs(Schedule, tenant, 'get_schedule', { projectId, limit: MAX_ACTIVITIES });
  if ('refused' in found) return found;
  const notes = notesOf(found).join('\n');
  const sections = [...(notes === '' ? [] : [textSection(notes)]), drawing(found.activities)];
  return { tab: 'schedule', cursor: null, sections };
}

function drawing(activities: readonly Activity[]): WorkspaceSection {
  return {
    type: 'schedule',
    heading: null,
    empty: 'No activities scheduled yet.',
    columns: [...COLUMNS],
    words: { emphasis: 'Critical path', slack: 'Float', point: 'Milestone' },
    rows: activities.map((activity) => ({
      id: activity.id,
      path: activityPath(activity.id),
      group: activity.phase,
      bar: {
        start: activity.plannedStart,
        finish: activity.plannedFinish,
        isPoint: activity.isMilestone,
        isEmphasised: activity.isCritical === true,
        slack: slackOf(activity),
        percent: activity.percentComplete,
      },
      cells: {
        name: cell(activity.name),
        who: cell(activity.responsible),
        start: dayCell(activity.plannedStart),
        finish: dayCell(activity.plannedFinish),
        days: cell(activity.isMilestone ? '' : activity.durationDays),
        float: cell(activity.totalFloatDays === null ? '' : `${activity.totalFloatDays} d`),
        critical: activity.isCritical === true ? { text: 'Critical', tone: 'accent' } : cell(''),
        percent: cell(`${activity.percentComplete} %`),
      },
    })),
  };
}

/** The days from its earliest start to its latest finish; null for a finished activity. */
function slackOf({ earlyStart, lateFinish, totalFloatDays, percentComplete }: Activity) {
  if (earlyStart === null || lateFinish === null || (totalFloatDays ?? 0) <= 0 || percentComplete === 100) return null;
  return { from: earlyStart, until: lateFinish };
}

function notesOf({ activities, cycle, plannedTooEarly, criticalCount, earliestFinish, left }: Schedule): string[] {
  if (cycle !== null) {
    const way = [...cycle, cycle[0] ?? ''].join(' → ');
    return [`Circular dependency: ${way}. Remove one dependency to get a critical path and float.`];
  }
  if (activities.length === 0) return [];
  return [
    `${criticalCount} of ${activities.length + left} activities are critical. Any delay on them moves the finish date${earliestFinish === null ? '' : ` (${dayText(earliestFinish)})`}.`,
    ...plannedTooEarly.map(
      ({ name, plannedStart, earlyStart }) =>
        `${name} starts ${dayText(plannedStart)}, but its dependencies only allow ${dayText(earlyStart)}.`,
    ),
    ...(left > 0 ? [`The last ${left} activities are not shown.`] : []),
  ];
}

const DAY = new Intl.DateTimeFormat('en-US', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
const dayText = (day: string): string => DAY.format(new Date(`${day}T00:00:00Z`));
