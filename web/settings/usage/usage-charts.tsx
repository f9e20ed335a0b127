// The usage charts: columns over time, and bars by person, model or template. The table shows the same numbers, so the
// column chart has only a summary for screen readers.
import type { Metric } from './usage-format.ts';

/** The table lists the rest. */
const MAX_BARS = 12;

export type Point = { readonly key: string; readonly name: string; readonly value: number };

const WIDTH = 720;
const HEIGHT = 220;
const LEFT = 56;
const BOTTOM = 24;
const TOP = 10;
/** The number of labels that fit below the columns. */
const MAX_NAMES = 8;

export function TimeChart({ points, metric }: { points: readonly Point[]; metric: Metric }) {
  const top = niceTop(Math.max(...points.map(({ value }) => value), 0));
  const step = (WIDTH - LEFT) / Math.max(points.length, 1);
  const thickness = Math.max(1, Math.min(48, step * 0.72));
  const y = (value: number) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top);
  const every = Math.ceil(points.length / MAX_NAMES);
  const most = points.reduce<Point | null>((best, point) => (best && best.value >= point.value ? best : point), null);
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={`${metric.label} over time. ${most && most.value > 0 ? `Most on ${most.name}: ${metric.format(most.value)}.` : 'No usage.'}`}
      className="block w-full text-meta tabular-nums"
    >
      {[0, 0.5, 1].map((share) => (
        <g key={share}>
          <line x1={LEFT} x2={WIDTH} y1={y(top * share)} y2={y(top * share)} className="stroke-line-strong" />
          <text x={LEFT - 8} y={y(top * share) + 4} textAnchor="end" className="fill-muted">
            {share === 0 ? '0' : metric.format(top * share)}
          </text>
        </g>
      ))}
      {points.map(({ key, name, value }, at) => {
        const x = LEFT + step * at + (step - thickness) / 2;
        return (
          <g key={key}>
            {/* A full-height hover area, so short columns show their tooltip too. */}
            <rect x={LEFT + step * at} y={TOP} width={step} height={HEIGHT - TOP - BOTTOM} className="fill-transparent">
              <title>{`${name}: ${metric.format(value)}`}</title>
            </rect>
            {value > 0 && (
              <rect
                x={x}
                y={Math.min(y(value), HEIGHT - BOTTOM - 1)}
                width={thickness}
                height={Math.max(1, HEIGHT - BOTTOM - y(value))}
                rx={Math.min(3, thickness / 2)}
                className="pointer-events-none fill-accent"
              />
            )}
            {at % every === 0 && (
              <text
                // A centered label at the edge would be cut off.
                x={at === points.length - 1 ? WIDTH : LEFT + step * (at + 0.5)}
                y={HEIGHT - 6}
                textAnchor={at === points.length - 1 ? 'end' : 'middle'}
                className="fill-muted"
              >
                {name}
              </text>
            )}
          </g>
        );
      })}
    </svg>
  );
}

/** The next round number whose half is round too. */
function niceTop(most: number): number {
  if (most <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  const round = [1, 2, 4, 6, 8, 10].find((factor) => factor * power >= most) ?? 10;
  return round * power;
}

/** Usage by person, model or template: one bar each, largest first. */
export function ShareChart({ points, metric }: { points: readonly Point[]; metric: Metric }) {
  const sorted = points.toSorted((a, b) => b.value - a.value);
  const most = Math.max(sorted[0]?.value ?? 0, 1);
  return (
    <ul aria-label={`${metric.label}, highest first`} className="flex flex-col gap-2">
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
          <span className="text-end font-medium">{metric.format(value)}</span>
        </li>
      ))}
      {sorted.length > MAX_BARS && (
        <li className="text-small text-muted">{sorted.length - MAX_BARS} more in the table.</li>
      )}
    </ul>
  );
}
