// Ids and days of the production demo. Ids never change; days are counted from the day on which the data is stored, so that
// a tour is always under way and something is always due.
const KINDS = {
  project: '0e01',
  venue: '0e02',
  show: '0e03',
  crewMember: '0e04',
  assignment: '0e05',
  vendor: '0e06',
  rfp: '0e07',
  response: '0e08',
  activity: '0e09',
  incident: '0e0a',
  party: '0e0b',
  deliverable: '0e0c',
} as const;

type ProductionKind = keyof typeof KINDS;

export const productionId = (kind: ProductionKind, number: number): string =>
  `${KINDS[kind]}0000-0000-4000-8000-${String(number).padStart(12, '0')}`;

/** The day that is this many days after the first, such as `2026-11-14`. */
export type DayFrom = (offset: number) => string;

const DAY_MS = 86_400_000;

/** @param today `2026-11-14` */
export function daysFrom(today: string): DayFrom {
  const first = Date.parse(`${today}T00:00:00Z`);
  return (offset) => new Date(first + offset * DAY_MS).toISOString().slice(0, 10);
}

/** The id of the row with this value in a column; ids count rows from 1. @throws Error if no row has it. */
export function idIn<C extends string>(
  kind: ProductionKind,
  rows: readonly Readonly<Record<C, unknown>>[],
  column: C,
  key: string,
): string {
  const place = rows.findIndex((row) => row[column] === key) + 1;
  if (place === 0) throw new Error(`${key} is not in the demo data`);
  return productionId(kind, place);
}

/** A local time for Postgres, with the name of its zone so that daylight saving time is right. */
export const wallTime = (day: string, time: string, zone: string): string => `${day} ${time} ${zone}`;
