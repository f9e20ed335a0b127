// One value of a page: plain words, a code, a number, a moment or a state, with the way to what it names.
import { Link } from 'wouter';
import { Badge } from '../design/badge.tsx';
import { cx } from '../design/cx.ts';
import type { ColumnKind } from '../design/table.tsx';

export type CellValue = {
  text: string;
  path?: string | undefined;
  tone?: 'neutral' | 'accent' | 'notice' | 'danger' | 'good' | undefined;
};

export function Cell({ value, kind }: { value: CellValue | undefined; kind: ColumnKind }) {
  if (value === undefined || value.text === '') return <span className="text-muted">–</span>;
  if (value.tone !== undefined) return <Badge tone={value.tone}>{value.text}</Badge>;
  const words =
    kind === 'time' ? (
      <Moment iso={value.text} />
    ) : (
      <span className={cx(kind === 'code' && 'font-mono text-small')}>{value.text}</span>
    );
  if (value.path === undefined) return words;
  return (
    <Link href={value.path} className={LINK}>
      {words}
    </Link>
  );
}

/** Local time; the exact moment in UTC on hover. */
export function Moment({ iso }: { iso: string }) {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return <>{iso}</>;
  // A day without an hour is the same day everywhere.
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(iso);
  const day = { day: 'numeric', month: 'short', year: 'numeric' } as const;
  return (
    <time dateTime={iso} title={isDay ? undefined : `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`}>
      {date.toLocaleString(
        undefined,
        isDay ? { ...day, timeZone: 'UTC' } : { ...day, hour: '2-digit', minute: '2-digit' },
      )}
    </time>
  );
}

const LINK =
  'text-accent underline decoration-transparent underline-offset-2 transition-colors hover:decoration-current';
