// The audit log's rows, newest first. Clicking a row opens its details.
import { CircleAlert } from 'lucide-react';
import type { AuditRow } from '../../../worker/api/audit/audit-schema.ts';
import { Badge } from '../../design/badge.tsx';
import { cx } from '../../design/cx.ts';
import { HeadCell, ROW, TableCell } from '../../design/table.tsx';
import { formatMoment } from '../../workspace/format-moment.ts';
import { formatCost, formatCount } from '../usage/usage-format.ts';
import { eventLabel } from './event-labels.ts';

type AuditTableProps = { rows: readonly AuditRow[]; opened: string | null; onOpen: (id: string) => void };

export const AuditTable = ({ rows, opened, onOpen }: AuditTableProps) => (
  <table className="w-full border-collapse text-ui" aria-rowcount={-1}>
    <thead className="sticky top-0 z-10 bg-raised shadow-[0_1px_0_var(--color-line-strong)]">
      <tr>
        <HeadCell kind="time">When</HeadCell>
        <HeadCell>What</HeadCell>
        <HeadCell>Who</HeadCell>
        <HeadCell>With</HeadCell>
        <HeadCell kind="number">Tokens</HeadCell>
        <HeadCell kind="number">Cost</HeadCell>
      </tr>
    </thead>
    <tbody>
      {rows.map((row) => (
        <tr key={row.id} className={cx(ROW, 'relative', row.id === opened && 'bg-hover')}>
          <TableCell kind="time" dense>
            <When at={row.at} />
          </TableCell>
          <TableCell dense>
            <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
              {/* The button covers the whole row; its text is the accessible name. */}
              <button
                type="button"
                className="text-start font-medium after:absolute after:inset-0"
                onClick={() => onOpen(row.id)}
              >
                {eventLabel(row.event)}
              </button>
              {row.error !== null && (
                <Badge tone="danger" icon={CircleAlert}>
                  {row.error}
                </Badge>
              )}
            </span>
          </TableCell>
          <TableCell dense className="whitespace-nowrap">
            {actorLabel(row)}
          </TableCell>
          <TableCell kind="code" dense className="font-mono text-small">
            {row.tool ?? row.model ?? ''}
          </TableCell>
          <TableCell kind="number" dense>
            {tokensOf(row)}
          </TableCell>
          <TableCell kind="number" dense>
            {row.costMicros === null ? '' : formatCost(row.costMicros)}
          </TableCell>
        </tr>
      ))}
    </tbody>
  </table>
);

export const actorLabel = ({ actorId, actorName }: Pick<AuditRow, 'actorId' | 'actorName'>): string =>
  actorName ?? (actorId === null ? 'System' : 'Former member');

function When({ at }: { at: string }) {
  const moment = formatMoment(at, undefined);
  return (
    <time dateTime={at} title={moment?.utc ?? at}>
      {moment?.words ?? at}
    </time>
  );
}

function tokensOf({ inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens }: AuditRow): string {
  if (inputTokens === null) return '';
  return formatCount(inputTokens + (outputTokens ?? 0) + (cacheReadTokens ?? 0) + (cacheWriteTokens ?? 0));
}
