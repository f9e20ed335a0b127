// A project's schedule as something to look at: a bar for each activity, the critical path and the float, and what does not
// fit together in words.
import type { TenantReader } from '../../tools/tenant-access.ts';
import type { ToolRefusal } from '../../tools/tool.ts';
import { type Column, cell, textSection } from '../page-parts.ts';
import type { WorkspaceSection, WorkspaceTab } from '../workspace-page.ts';
import { readAs } from './workspace-read.ts';
import { Schedule } from './workspace-shapes.ts';
import { activityPath, dayCell } from './workspace-words.ts';

/** More than a page can sensibly show. */
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
    empty: 'Nothing is scheduled yet.',
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

/** From its earliest start to its latest finish; what is done moves no more. */
function slackOf({ earlyStart, lateFinish, totalFloatDays, percentComplete }: Activity) {
  if (earlyStart === null || lateFinish === null || (totalFloatDays ?? 0) <= 0 || percentComplete === 100) return null;
  return { from: earlyStart, until: lateFinish };
}

function notesOf({ activities, cycle, plannedTooEarly, criticalCount, earliestFinish, left }: Schedule): string[] {
  if (cycle !== null) {
    const way = [...cycle, cycle[0] ?? ''].join(' → ');
    return [
      `These activities wait for each other in a circle: ${way}. Until one dependency is removed, there is no critical path and no float.`,
    ];
  }
  if (activities.length === 0) return [];
  return [
    `${criticalCount} of ${activities.length + left} activities are critical: a day lost on one of them is a day lost at the end.${earliestFinish === null ? '' : ` All can be done by ${words(earliestFinish)}.`}`,
    ...plannedTooEarly.map(
      ({ name, plannedStart, earlyStart }) =>
        `${name} is planned to start on ${words(plannedStart)}; what it waits for allows ${words(earlyStart)}.`,
    ),
    ...(left > 0 ? [`The last ${left} activities are not shown.`] : []),
  ];
}

const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
const words = (day: string): string => DAY.format(new Date(`${day}T00:00:00Z`));
