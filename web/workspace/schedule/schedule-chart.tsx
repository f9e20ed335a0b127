// A schedule chart that fits the page. Each row links to its page; on narrow screens the label is above the bar. Every bar
// has a text description too.
import { Check, Waypoints } from 'lucide-react';
import { useId, useMemo } from 'react';
import { Link } from 'wouter';
import type { WorkspaceSection } from '../../../worker/api/workspace/workspace-schema.ts';
import { cx } from '../../design/cx.ts';
import { ScheduleBar, type ScheduleRow } from './schedule-bar.tsx';
import { groupsOf, localDay, type Scale, scaleOf } from './schedule-scale.ts';

type Schedule = Extract<WorkspaceSection, { type: 'schedule' }>;

/** On wide screens the labels have a column before the days. */
const LABEL = '[--label:0px] desk:[--label:17rem] wide:[--label:20rem]';

export function ScheduleChart({ schedule, label }: { schedule: Schedule; label: string }) {
  const { rows, words } = schedule;
  const id = useId();
  const scale = useMemo(
    () =>
      scaleOf(
        rows.map(({ bar }) => bar),
        localDay(new Date()),
      ),
    [rows],
  );
  const grid = { gridTemplateColumns: `var(--label) repeat(${scale.columns}, [day] minmax(0, 1fr))` };
  return (
    <section
      aria-label={label}
      className={cx('relative overflow-hidden rounded-card border border-line-strong bg-raised shadow-raised', LABEL)}
    >
      <Calendar scale={scale} grid={grid} />
      <div className="relative">
        <Lines scale={scale} grid={grid} />
        {groupsOf(rows).map(({ group, rows: own }, at) => (
          <div key={group} className="relative">
            <p
              id={`${id}-${at}`}
              className="border-t border-line-strong bg-neutral/40 px-4 py-1.5 text-meta font-semibold text-muted"
            >
              {group}
            </p>
            <ul aria-labelledby={`${id}-${at}`}>
              {own.map((row) => (
                <li key={row.id} className="border-t border-line-strong/60">
                  <Bar row={row} scale={scale} grid={grid} words={words} />
                </li>
              ))}
            </ul>
          </div>
        ))}
      </div>
    </section>
  );
}

/** Covers the grid lines behind labels that overlap the days. */
const OVER_LINES = 'w-fit max-w-full bg-raised desk:w-auto desk:bg-transparent';

type Grid = { gridTemplateColumns: string };

function Bar({ row, scale, grid, words }: { row: ScheduleRow; scale: Scale; grid: Grid; words: Schedule['words'] }) {
  const { bar } = row;
  const content = (
    <>
      <span className="col-span-full flex min-w-0 flex-col justify-center gap-0 px-4 pt-1.5 desk:col-span-1 desk:py-1.5 desk:pe-2">
        <span className={cx('flex min-w-0 items-start gap-1.5 font-medium', OVER_LINES)}>
          {bar.isEmphasised && (
            <Waypoints
              size={14}
              strokeWidth={2.25}
              role="img"
              aria-label={words.emphasis}
              className="mt-[3px] shrink-0 text-accent"
            />
          )}
          <span dir="auto" className="min-w-0 break-words">
            {row.cells['name']?.text}
          </span>
          {bar.percent === 100 && (
            <Check
              size={14}
              strokeWidth={2.5}
              role="img"
              aria-label="Done"
              className="mt-[3px] shrink-0 text-on-good"
            />
          )}
        </span>
        <span className={cx('text-meta text-muted tabular-nums', OVER_LINES)}>{describeRow(row, words)}</span>
      </span>
      <ScheduleBar bar={bar} scale={scale} />
    </>
  );
  const look = 'grid min-h-12 items-center gap-y-1 pb-2.5 -outline-offset-2 desk:min-h-11 desk:pb-0';
  if (row.path === null) {
    return (
      <div style={grid} className={look}>
        {content}
      </div>
    );
  }
  return (
    <Link href={row.path} style={grid} className={cx(look, 'hover:bg-hover')}>
      {content}
    </Link>
  );
}

/** "16 – 20 Nov · 5 d · Float 2 d · 45 %" */
function describeRow({ bar, cells }: ScheduleRow, words: Schedule['words']): string {
  const days = cells['days']?.text;
  const slack = cells['float']?.text;
  return [
    rangeOf(bar.start, bar.finish),
    bar.isPoint ? words.point : days && `${days} d`,
    bar.slack !== null && slack && `${words.slack} ${slack}`,
    bar.percent > 0 && bar.percent < 100 && `${bar.percent} %`,
  ]
    .filter(Boolean)
    .join(' · ');
}

const DAY = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', timeZone: 'UTC' });
const MONTH = new Intl.DateTimeFormat(undefined, { month: 'short', timeZone: 'UTC' });
const MONTH_OF_YEAR = new Intl.DateTimeFormat(undefined, { month: 'short', year: 'numeric', timeZone: 'UTC' });
const dateOf = (day: string): Date => new Date(`${day}T00:00:00Z`);
const rangeOf = (start: string, finish: string): string =>
  start === finish ? DAY.format(dateOf(start)) : DAY.formatRange(dateOf(start), dateOf(finish));

/** The smallest share of the chart's width that fits a month's name, on narrow and wide screens. */
const NARROW_MONTH = 0.2;
const WIDE_MONTH = 0.08;

/** The header row: months, weeks and today. */
function Calendar({ scale, grid }: { scale: Scale; grid: Grid }) {
  const step = Math.ceil(scale.weeks.length / 14);
  const narrowStep = Math.ceil(scale.weeks.length / 5);
  return (
    <div aria-hidden style={grid} className="grid bg-raised pt-2 text-meta text-muted tabular-nums">
      {scale.months.map(({ year, month, column, span }, at) => (
        <span
          key={`${year}.${month}`}
          style={{ gridColumn: `day ${column} / span ${span}` }}
          className={cx(
            'row-start-1 overflow-hidden ps-1 font-medium whitespace-nowrap text-text',
            // Hide a month's name rather than cut it off.
            span / scale.columns < NARROW_MONTH && 'invisible desk:visible',
            span / scale.columns < WIDE_MONTH && 'desk:invisible',
          )}
        >
          {(at <= 1 || month === 0 ? MONTH_OF_YEAR : MONTH).format(new Date(Date.UTC(year, month, 1)))}
        </span>
      ))}
      {scale.weeks.map(({ day, column }, at) => (
        <span
          key={day}
          style={{ gridColumn: `day ${column}` }}
          className={cx(
            'row-start-2 w-0 pb-1 ps-1 whitespace-nowrap',
            at % step !== 0 && 'desk:hidden',
            at % narrowStep !== 0 && 'hidden desk:block',
          )}
        >
          {dateOf(day).getUTCDate()}
        </span>
      ))}
      {scale.today !== null && (
        <span style={{ gridColumn: `day ${scale.today}` }} className="row-start-3 flex w-px justify-center">
          <span className="mb-1 rounded-tail bg-danger-fill px-1 font-medium text-on-danger-fill">Today</span>
        </span>
      )}
    </div>
  );
}

/** Behind the bars: a line for each Monday, and one for today. */
function Lines({ scale, grid }: { scale: Scale; grid: Grid }) {
  return (
    <div aria-hidden style={grid} className="pointer-events-none absolute inset-0 grid">
      {scale.weeks.map(({ day, column }) => (
        <span key={day} style={{ gridColumn: `day ${column}` }} className="row-start-1 w-px bg-line-strong/50" />
      ))}
      {scale.today !== null && (
        <span
          style={{ gridColumn: `day ${scale.today}` }}
          className="row-start-1 w-0.5 justify-self-center bg-danger-fill/70"
        />
      )}
    </div>
  );
}
