// Says a schedule: the critical path where it is asked for, else the activities with their days and their float.
import { isJsonObject, type JsonObject } from './chat.ts';
import { cell, tableOf, wordsOf } from './report-lists.ts';
import { nameOfRecord } from './report-value.ts';

/** Null where the value is none. */
export function scheduleText(value: unknown, text: string): string | null {
  if (!isJsonObject(value) || !Array.isArray(value.activities)) return null;
  const project = isJsonObject(value.project) ? nameOfRecord(value.project) : 'the project';
  if (Array.isArray(value.cycle)) {
    const names = value.cycle.map((name) => cell(wordsOf(name)));
    return `The schedule of ${project} goes round in a circle, so it has no critical path: ${[...names, names[0]].join(' → ')}.`;
  }
  const activities = value.activities.filter(isJsonObject);
  if (activities.length === 0) return `${project} has no schedule on record.`;
  const sections = /\bcritical\b/i.test(text)
    ? [pathText(value, activities, project)]
    : [allText(value, activities, project)];
  const early = Array.isArray(value.plannedTooEarly) ? value.plannedTooEarly.filter(isJsonObject) : [];
  for (const one of early) {
    sections.push(
      `**${cell(wordsOf(one.name))}** is planned for ${wordsOf(one.plannedStart)}; what it waits for allows ${wordsOf(one.earlyStart)}.`,
    );
  }
  return sections.join('\n\n');
}

function pathText(value: JsonObject, activities: readonly JsonObject[], project: string): string {
  const path = Array.isArray(value.criticalPath) ? value.criticalPath : [];
  const lines = path.map((name, at) => {
    const activity = activities.find((one) => one.name === name);
    const days = activity === undefined ? '' : ` (${daysOf(activity)})`;
    return `${at + 1}. ${cell(wordsOf(name))}${days}`;
  });
  const count = typeof value.criticalCount === 'number' ? value.criticalCount : path.length;
  return `The critical path of ${project} has ${count} activities and ends on ${wordsOf(value.earliestFinish)}:\n\n${lines.join('\n')}`;
}

function allText(value: JsonObject, activities: readonly JsonObject[], project: string): string {
  const rows = activities.map((activity) => ({
    name: activity.name,
    planned: daysOf(activity),
    float: typeof activity.totalFloatDays === 'number' ? `${activity.totalFloatDays} d` : '',
    critical: activity.isCritical === true ? 'yes' : '',
    done: `${wordsOf(activity.percentComplete)} %`,
  }));
  const total = typeof value.total === 'number' ? value.total : rows.length;
  return `The schedule of ${project} has ${total} activities, ${wordsOf(value.startsOn)} to ${wordsOf(value.plannedFinish)}:\n\n${tableOf(rows, MAX_ACTIVITIES)}`;
}

const MAX_ACTIVITIES = 30;

function daysOf(activity: JsonObject): string {
  const [start, finish] = [wordsOf(activity.plannedStart), wordsOf(activity.plannedFinish)];
  return start === finish ? start : `${start} to ${finish}`;
}
