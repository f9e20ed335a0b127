// The cost tables of docs/scale.md, from the counts of the cost test and list prices. The check fails if the page says
// something else.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { flushWindow, WINDOW_MS } from '../../durable/conversation/log/flush-window.ts';
import COSTS from '../../worker/answer-cost.json' with { type: 'json' };
import { PROJECT_ROOT } from '../project-root.ts';
import type { TextFile } from './check-repository.ts';
import PRICES from './list-prices.json' with { type: 'json' };

const SCALE_DOCS = 'docs/scale.md';
const BEGIN = '<!-- Made by `npm run scale`; edit local/checks/scale-docs.ts instead. -->';
const END = '<!-- End of the made part. -->';

/** An object is billed as if it used all of an isolate's memory. */
const OBJECT_GB = 0.128;
/** How long the other objects of an answer are active, together. Assumed. */
const OTHER_OBJECTS_SECONDS = 0.5;
/** After its last delivery, a conversation waits this long before it removes its alarm. */
const REST_SECONDS = 2;
/** CPU of the Worker and its objects together, from bench/stream/results.md. Only the Worker's part is billed. */
const CPU_MS = 16;
/** The counted answer writes this many rows of its log: its first word, and the rest. */
const COUNTED_BATCHES = 2;
/** Of one delivery to Postgres. Assumed. */
const POSTGRES_MS = 5;
const ANSWERS_SECONDS = [2, 6, 20, 60];

export function findScaleDocProblems(files: readonly TextFile[]): string[] {
  const page = files.find(({ path }) => path === SCALE_DOCS);
  return page && page.text === withTables(page.text)
    ? []
    : [`${SCALE_DOCS} is not what the counts say; run npm run scale`];
}

export function writeScaleDocs(): void {
  const path = join(PROJECT_ROOT, SCALE_DOCS);
  writeFileSync(path, withTables(readFileSync(path, 'utf8')));
  console.log(`wrote ${SCALE_DOCS}`);
}

function withTables(page: string): string {
  const [before] = page.split(BEGIN);
  const after = page.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`${SCALE_DOCS} lacks the marks of its made part`);
  return `${before}${BEGIN}\n\n${renderTables().join('\n')}\n\n${END}${after}`;
}

function renderTables(): string[] {
  const costs = ANSWERS_SECONDS.map((seconds) => ({ seconds, lines: linesOf(seconds) }));
  const [first] = costs;
  const names = first ? first.lines.map(({ name }) => name) : [];
  const dollars = (index: number) => costs.map(({ lines }) => money(lines[index]?.dollars ?? 0));
  return [
    ...table(
      ['dollars per million answers', ...ANSWERS_SECONDS.map((seconds) => `${seconds} s`)],
      [
        ...names.map((name, index) => [name, ...dollars(index)]),
        [
          '**together**',
          ...costs.map(({ lines }) => `**${money(lines.reduce((sum, line) => sum + line.dollars, 0))}**`),
        ],
        ['rows written by an answer', ...ANSWERS_SECONDS.map((seconds) => String(rowsOf(seconds)))],
      ],
    ),
    '',
    ...table(
      ['one answer', 'new conversation', 'open conversation'],
      [
        ['SQL statements', COSTS.fresh.statements, COSTS.open.statements],
        ['statements that create tables', COSTS.fresh.schemaStatements, COSTS.open.schemaStatements],
        ['rows written, besides the log of a long answer', COSTS.fresh.rowsWritten, COSTS.open.rowsWritten],
        ['calls to objects', callsOf(COSTS.fresh), callsOf(COSTS.open)],
        ['requests to Postgres', COSTS.fresh.postgresRequests, COSTS.open.postgresRequests],
        ['alarms that fire', COSTS.fresh.alarmsFired, COSTS.open.alarmsFired],
      ].map((row) => row.map(String)),
    ),
  ];
}

/** Of a new conversation, which costs a little more than an open one. */
function linesOf(seconds: number): { readonly name: string; readonly dollars: number }[] {
  const { cloudflare, neon } = PRICES;
  const objectSeconds = seconds + REST_SECONDS + OTHER_OBJECTS_SECONDS;
  return [
    { name: 'rows written', dollars: rowsOf(seconds) * cloudflare.millionRowsWritten },
    { name: 'time of the objects', dollars: objectSeconds * OBJECT_GB * cloudflare.millionGbSeconds },
    { name: 'calls to objects', dollars: callsOf(COSTS.fresh) * cloudflare.millionObjectRequests },
    { name: 'request to the Worker', dollars: cloudflare.millionWorkerRequests },
    { name: 'CPU, at most', dollars: CPU_MS * cloudflare.millionWorkerCpuMs },
    { name: 'Postgres, busy', dollars: ((POSTGRES_MS * 1_000_000) / 3_600_000) * neon.cuHour },
  ];
}

/** Each window of a streamed answer is one row of its log. */
function rowsOf(seconds: number): number {
  let batches = 1;
  for (let ageMs = 0; ageMs < seconds * 1000; batches += 1)
    ageMs += flushWindow({ leastMs: WINDOW_MS, ageMs, latenessMs: 0 });
  return COSTS.fresh.rowsWritten + Math.max(0, batches - COUNTED_BATCHES);
}

const callsOf = ({ calls }: { readonly calls: object }): number =>
  Object.values(calls).reduce((sum: number, count: number) => sum + count, 0);

const money = (dollars: number): string => dollars.toFixed(2);

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_cell, index) => (index === 0 ? '---' : '---:'))), ...rows.map(line)];
}
