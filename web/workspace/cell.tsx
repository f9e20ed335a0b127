// A value in the workspace: text, code, number, time or state, linked to its page if it has one.
import { Link } from 'wouter';
import { Badge } from '../design/badge.tsx';
import { cx } from '../design/cx.ts';
import type { ColumnKind } from '../design/table.tsx';
import { formatMoment } from './format-moment.ts';

export type CellValue = {
  text: string;
  path?: string | undefined;
  /** The time zone to show a time in; the user's own if missing. */
  zone?: string | undefined;
  tone?: 'neutral' | 'accent' | 'notice' | 'danger' | 'good' | undefined;
};

export function Cell({ value, kind }: { value: CellValue | undefined; kind: ColumnKind }) {
  if (value === undefined || value.text === '') return <span className="text-muted">–</span>;
  if (value.tone !== undefined) return <Badge tone={value.tone}>{value.text}</Badge>;
  const words =
    kind === 'time' ? (
      <Moment iso={value.text} zone={value.zone} />
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

/** Shows the exact UTC time on hover. */
export function Moment({ iso, zone }: { iso: string; zone?: string | undefined }) {
  const moment = formatMoment(iso, zone);
  if (moment === null) return <>{iso}</>;
  return (
    <time dateTime={iso} title={moment.utc ?? undefined}>
      {moment.words}
    </time>
  );
}

/** The link covers its whole cell, which is `relative` for that. */
const LINK =
  'text-accent underline decoration-transparent underline-offset-2 transition-colors after:absolute after:inset-0 hover:decoration-current';
