// Rows of the audit log, newest first. Each opens with all there is of it; more come as one scrolls.
import { CircleAlert } from 'lucide-react';
import type { AuditRow } from '../../../worker/audit-contract.ts';
import { Badge } from '../../design/badge.tsx';
import { cx } from '../../design/cx.ts';
import { HeadCell, ROW, TableCell } from '../../design/table.tsx';
import { momentWords } from '../../workspace/moment-words.ts';
import { costWords, countWords } from '../usage/usage-words.ts';
import { eventWords } from './event-words.ts';

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
              {/* The button's area is the whole row; its words are what a screen reader reads out. */}
              <button
                type="button"
                className="text-start font-medium after:absolute after:inset-0"
                onClick={() => onOpen(row.id)}
              >
                {eventWords(row.event)}
              </button>
              {row.error !== null && (
                <Badge tone="danger" icon={CircleAlert}>
                  {row.error}
                </Badge>
              )}
            </span>
          </TableCell>
          <TableCell dense className="whitespace-nowrap">
            {who(row)}
          </TableCell>
          <TableCell kind="code" dense className="font-mono text-small">
            {row.tool ?? row.model ?? ''}
          </TableCell>
          <TableCell kind="number" dense>
            {tokensOf(row)}
          </TableCell>
          <TableCell kind="number" dense>
            {row.costMicros === null ? '' : costWords(row.costMicros)}
          </TableCell>
        </tr>
      ))}
    </tbody>
  </table>
);

export const who = ({ actorId, actorName }: Pick<AuditRow, 'actorId' | 'actorName'>): string =>
  actorName ?? (actorId === null ? 'The system' : 'Somebody who has left');

function When({ at }: { at: string }) {
  const moment = momentWords(at, undefined);
  return (
    <time dateTime={at} title={moment?.utc ?? at}>
      {moment?.words ?? at}
    </time>
  );
}

function tokensOf({ inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens }: AuditRow): string {
  if (inputTokens === null) return '';
  return countWords(inputTokens + (outputTokens ?? 0) + (cacheReadTokens ?? 0) + (cacheWriteTokens ?? 0));
}
