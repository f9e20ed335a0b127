// A schedule as bars on a calendar or as a table, whichever says more to who looks: the same rows, the same links.
import { ChartNoAxesGantt, Table2 } from 'lucide-react';
import { useState } from 'react';
import type { WorkspaceSection } from '../../worker/contract.ts';
import { Button } from '../design/button.tsx';
import { DataTable } from './data-table.tsx';
import { ScheduleChart } from './schedule-chart.tsx';
import { ScheduleLegend } from './schedule-legend.tsx';

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
