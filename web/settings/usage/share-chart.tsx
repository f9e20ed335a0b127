// Use by person, model or template: a bar each, the longest first, named and valued where it stands.
import type { Point } from './time-chart.tsx';
import type { Metric } from './usage-words.ts';

/** More are in the table. */
const MAX_BARS = 12;

export function ShareChart({ points, metric }: { points: readonly Point[]; metric: Metric }) {
  const sorted = points.toSorted((a, b) => b.value - a.value);
  const most = Math.max(sorted[0]?.value ?? 0, 1);
  return (
    <ul aria-label={`${metric.label}, the most first`} className="flex flex-col gap-2">
      {sorted.slice(0, MAX_BARS).map(({ key, name, value }) => (
        <li
          key={key}
          className="grid grid-cols-[minmax(6rem,14rem)_minmax(0,1fr)_5rem] items-center gap-3 text-small tabular-nums max-sm:grid-cols-[minmax(0,1fr)_5rem]"
        >
          <span className="truncate" title={name}>
            {name}
          </span>
          <span aria-hidden className="h-3 rounded-full bg-neutral max-sm:order-last max-sm:col-span-2">
            <span
              className="block h-full min-w-px rounded-full bg-accent"
              style={{ inlineSize: `${(value / most) * 100}%` }}
            />
          </span>
          <span className="text-end font-medium">{metric.words(value)}</span>
        </li>
      ))}
      {sorted.length > MAX_BARS && (
        <li className="text-small text-muted">{sorted.length - MAX_BARS} more are in the table.</li>
      )}
    </ul>
  );
}
