// What was used, as a CSV file. Pure.
import { type CsvValue, csvRecord } from './csv.ts';
import type { Usage } from './usage-contract.ts';

type Row = Usage['rows'][number];

const COLUMNS: readonly (readonly [string, (row: Row) => CsvValue])[] = [
  ['key', ({ key }) => key],
  ['label', ({ label }) => label],
  ['runs', ({ runs }) => runs],
  ['answers', ({ answers }) => answers],
  ['estimatedAnswers', ({ estimatedAnswers }) => estimatedAnswers],
  ['refusals', ({ refusals }) => refusals],
  ['inputTokens', ({ inputTokens }) => inputTokens],
  ['outputTokens', ({ outputTokens }) => outputTokens],
  ['cacheReadTokens', ({ cacheReadTokens }) => cacheReadTokens],
  ['cacheWriteTokens', ({ cacheWriteTokens }) => cacheWriteTokens],
  ['reasoningTokens', ({ reasoningTokens }) => reasoningTokens],
  ['totalTokens', ({ totalTokens }) => totalTokens],
  ['costMicros', ({ costMicros }) => costMicros],
  ['firstTokenP50Ms', ({ firstTokenMs }) => firstTokenMs?.p50 ?? null],
  ['firstTokenP95Ms', ({ firstTokenMs }) => firstTokenMs?.p95 ?? null],
];

/** A heading and a record for each row; no totals, which whoever reads it can sum up. */
export const usageCsv = ({ by, rows }: Usage): string =>
  [
    csvRecord(COLUMNS.map(([name]) => (name === 'key' ? by : name))),
    ...rows.map((row) => csvRecord(COLUMNS.map(([, read]) => read(row)))),
  ].join('');
