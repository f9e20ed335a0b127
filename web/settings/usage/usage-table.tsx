// The rows of the period, all of their figures.
import { HeadCell, ROW, TableCell, TableFrame } from '../../design/table.tsx';
import { BY, type UsageBy } from './usage-period.ts';
import { costWords, countWords, msWords, nameOf, type UsageRow } from './usage-words.ts';

const COLUMNS: readonly (readonly [string, (row: UsageRow) => string])[] = [
  ['Tokens', ({ totalTokens }) => countWords(totalTokens)],
  ['In, not cached', ({ inputTokens }) => countWords(inputTokens)],
  ['Out', ({ outputTokens }) => countWords(outputTokens)],
  ['Cache written', ({ cacheWriteTokens }) => countWords(cacheWriteTokens)],
  ['Cache read', ({ cacheReadTokens }) => countWords(cacheReadTokens)],
  ['Cost', ({ costMicros }) => costWords(costMicros)],
  ['Runs', ({ runs }) => countWords(runs)],
  ['Refused', ({ refusals }) => countWords(refusals)],
  ['First token', ({ firstTokenMs }) => (firstTokenMs === null ? '–' : msWords(firstTokenMs.p50))],
  ['95 %', ({ firstTokenMs }) => (firstTokenMs === null ? '–' : msWords(firstTokenMs.p95))],
];

export function UsageTable({ rows, by }: { rows: readonly UsageRow[]; by: UsageBy }) {
  const what = BY.find(({ value }) => value === by)?.label ?? '';
  return (
    <TableFrame label={`Usage by ${what.toLowerCase()}`}>
      <table className="w-full border-collapse text-ui">
        <thead>
          <tr>
            <HeadCell>{what}</HeadCell>
            {COLUMNS.map(([label]) => (
              <HeadCell key={label} kind="number">
                {label}
              </HeadCell>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key} className={ROW}>
              <TableCell>{nameOf(row, by)}</TableCell>
              {COLUMNS.map(([label, words]) => (
                <TableCell key={label} kind="number">
                  {words(row)}
                </TableCell>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </TableFrame>
  );
}
