// A schedule bar: solid if it is emphasized, otherwise outlined. Progress is filled in and slack is hatched, so the meaning
// doesn't depend on color.
import type { WorkspaceSection } from '../../../worker/api/workspace/workspace-schema.ts';
import { cx } from '../../design/cx.ts';
import { dayAfter, dayBefore, type Scale } from './schedule-scale.ts';

export type ScheduleRow = Extract<WorkspaceSection, { type: 'schedule' }>['rows'][number];

export const BAR = 'relative h-4 overflow-hidden rounded-tail border-2';
export const EMPHASIZED = 'border-accent bg-accent';
export const PLAIN = 'border-control bg-raised';
export const SLACK =
  'h-2.5 border border-dashed border-control bg-[repeating-linear-gradient(135deg,var(--color-control)_0_1px,transparent_1px_5px)]';
export const POINT = 'size-3 shrink-0 rotate-45 rounded-[2px] border-2';

export function ScheduleBar({ bar, scale }: { bar: ScheduleRow['bar']; scale: Scale }) {
  const look = bar.isEmphasised ? EMPHASIZED : PLAIN;
  const place = scale.spanOf(bar.start, bar.finish);
  const { slack } = bar;
  // Slack can be on either side: it could have started earlier, or may finish later.
  const earlier = slack !== null && slack.from < bar.start && scale.spanOf(slack.from, dayBefore(bar.start));
  const later = slack !== null && slack.until > bar.finish && scale.spanOf(dayAfter(bar.finish), slack.until);
  return (
    <>
      {bar.isPoint ? (
        <span aria-hidden style={columns(place)} className={cx(ROW, '-me-1.5 justify-self-end', POINT, look)} />
      ) : (
        <span aria-hidden style={columns(place)} className={cx(ROW, 'min-w-2', BAR, look)}>
          {bar.percent > 0 && (
            <span
              style={{ width: `${bar.percent}%` }}
              className={cx('absolute inset-y-0 start-0', bar.isEmphasised ? 'bg-accent-strong' : 'bg-control')}
            />
          )}
        </span>
      )}
      {earlier && <span aria-hidden style={columns(earlier)} className={cx(ROW, SLACK, 'border-e-0')} />}
      {later && <span aria-hidden style={columns(later)} className={cx(ROW, SLACK, 'border-s-0')} />}
    </>
  );
}

const ROW = 'row-start-2 self-center desk:row-start-1';

/** Columns count from the named `day` lines, so the label column before them doesn't shift them. */
const columns = ({ column, span }: { column: number; span: number }) => ({
  gridColumn: `day ${column} / span ${span}`,
});
