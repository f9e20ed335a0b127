// What the shapes of a schedule mean, as far as they occur in it.
import type { ReactNode } from 'react';
import type { WorkspaceSection } from '../../worker/contract.ts';
import { cx } from '../design/cx.ts';
import { BAR, EMPHASISED, PLAIN, POINT, type ScheduleRow, SLACK } from './schedule-bar.tsx';

type Words = Extract<WorkspaceSection, { type: 'schedule' }>['words'];

export function ScheduleLegend({ words, rows }: { words: Words; rows: readonly ScheduleRow[] }) {
  const has = (holds: (bar: ScheduleRow['bar']) => boolean): boolean => rows.some(({ bar }) => holds(bar));
  return (
    <ul aria-label="Legend" className="flex flex-wrap items-center gap-x-4 gap-y-1 text-small text-muted">
      {has((bar) => bar.isEmphasised) && (
        <Entry mark={<span className={cx('w-8', BAR, EMPHASISED)} />}>{words.emphasis}</Entry>
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
