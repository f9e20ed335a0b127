// A schedule as a chart or a table of the same rows.
import { ChartNoAxesGantt, Table2 } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { WorkspaceSection } from '../../../worker/api/workspace/workspace-schema.ts';
import { Button } from '../../design/controls/button.tsx';
import { cx } from '../../design/cx.ts';
import { DataTable } from '../data-table.tsx';
import { BAR, EMPHASIZED, PLAIN, POINT, type ScheduleRow, SLACK } from './schedule-bar.tsx';
import { ScheduleChart } from './schedule-chart.tsx';

type Schedule = Extract<WorkspaceSection, { type: 'schedule' }>;

export function ScheduleView({ schedule, label }: { schedule: Schedule; label: string }) {
  const [isTable, setIsTable] = useState(false);
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
        {isTable ? <span /> : <ScheduleLegend words={schedule.words} rows={schedule.rows} />}
        <fieldset className="flex gap-1">
          <legend className="sr-only">Show as</legend>
          <Button
            size="small"
            tone={isTable ? 'quiet' : 'plain'}
            aria-pressed={!isTable}
            onClick={() => setIsTable(false)}
          >
            <ChartNoAxesGantt size={16} aria-hidden />
            Timeline
          </Button>
          <Button
            size="small"
            tone={isTable ? 'plain' : 'quiet'}
            aria-pressed={isTable}
            onClick={() => setIsTable(true)}
          >
            <Table2 size={16} aria-hidden />
            Table
          </Button>
        </fieldset>
      </div>
      {isTable ? (
        <DataTable table={schedule} label={label} rows={schedule.rows} />
      ) : (
        <ScheduleChart schedule={schedule} label={label} />
      )}
    </div>
  );
}

/** The legend, for the shapes that the schedule contains. */
function ScheduleLegend({ words, rows }: { words: Schedule['words']; rows: readonly ScheduleRow[] }) {
  const has = (matches: (bar: ScheduleRow['bar']) => boolean): boolean => rows.some(({ bar }) => matches(bar));
  return (
    <ul aria-label="Legend" className="flex flex-wrap items-center gap-x-4 gap-y-1 text-small text-muted">
      {has((bar) => bar.isEmphasised) && (
        <Entry mark={<span className={cx('w-8', BAR, EMPHASIZED)} />}>{words.emphasis}</Entry>
      )}
      {has((bar) => !bar.isEmphasised) && <Entry mark={<span className={cx('w-8', BAR, PLAIN)} />}>Other</Entry>}
      {has((bar) => bar.slack !== null) && <Entry mark={<span className={cx('w-8', SLACK)} />}>{words.slack}</Entry>}
      {has((bar) => bar.isPoint) && <Entry mark={<span className={cx('mx-1', POINT, PLAIN)} />}>{words.point}</Entry>}
    </ul>
  );
}

function Entry({ mark, children }: { mark: ReactNode; children: ReactNode }) {
  return (
    <li className="inline-flex items-center gap-1.5">
      <span aria-hidden className="inline-flex items-center">
        {mark}
      </span>
      {children}
    </li>
  );
}
