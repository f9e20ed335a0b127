// Tables in Markdown that read as well in a terminal.
import { readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { Paced, Throughput, Timed } from './scenarios.ts';
import { summarize } from './statistics.ts';

const ROOT = join(import.meta.dirname, '..');
const Package = z.object({ version: z.string() });

export function describeMachine(): string {
  const [cpu] = cpus();
  const memoryGb = Math.round(totalmem() / 1024 ** 3);
  const versions = ['miniflare', 'workerd'].map((name) => `${name} ${versionOf(name)}`).join(', ');
  return `${new Date().toISOString().slice(0, 10)} · ${cpus().length} cores (${cpu?.model.trim() ?? 'unknown'}), ${memoryGb} GB · Node ${process.versions.node}, ${versions}`;
}

export type Bounds = { readonly first: number; readonly total?: number };

/** What else the machine did while it measured. Of the load one to two are the benchmark's own. */
export const describeLoad = (): string =>
  `Load of the machine at the end: ${loadavg()
    .map((load) => load.toFixed(1))
    .join(', ')}.`;

/** The first peer is what the others are compared with; bounds are for the second, whose conversation is open. */
export function timedTable(title: string, { timed, bounds }: { timed: readonly Timed[]; bounds: Bounds }): string {
  const [base] = timed;
  const rows = timed.map(({ peer, heard }, index) => {
    const first = summarize(heard.map(({ firstMs }) => firstMs));
    const total = summarize(heard.map(({ totalMs }) => totalMs));
    const ratio = (key: 'firstMs' | 'totalMs', median: number, bound: number | undefined): string => {
      if (index === 0 || !base) return '';
      const value = median / summarize(base.heard.map((one) => one[key])).median;
      return `${value.toFixed(2)}×${index === 1 && bound !== undefined ? ` (bound ${bound}×)` : ''}`;
    };
    return [
      peer,
      ms(first.median),
      ms(first.p95),
      ratio('firstMs', first.median, bounds.first),
      ms(total.median),
      ms(total.p95),
      ratio('totalMs', total.median, bounds.total),
    ];
  });
  const count = base?.heard.length ?? 0;
  const header = ['', 'first token', 'p95', 'ratio', 'total', 'p95', 'ratio'];
  return `## ${title}\n\nMilliseconds, median of ${count}, one client, interleaved.\n\n${table(header, rows)}`;
}

export function throughputTable(title: string, results: readonly Throughput[]): string {
  const rows = results.map(({ peer, runsPerSecond, cpuMsPerRun }) => [
    peer,
    runsPerSecond.toFixed(0),
    cpuMsPerRun === null ? '' : ms(cpuMsPerRun),
  ]);
  return `## ${title}\n\n${table(['', 'answers a second', 'ms of workerd’s CPU an answer'], rows)}`;
}

export function pacedTable(title: string, results: readonly Paced[]): string {
  const rows = results.map(({ peer, delivered, expected, lagsMs, coreShare }) => {
    const lag = summarize(lagsMs);
    const share = coreShare === null ? '' : `${(coreShare * 100).toFixed(0)} %`;
    return [peer, `${delivered} of ${expected}`, ms(lag.median), ms(lag.p95), share];
  });
  return `## ${title}\n\nLag: from an event's making to its arrival, in milliseconds; bound 250 at p95.\n\n${table(['', 'delivered', 'lag', 'p95', 'share of a core'], rows)}`;
}

export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0), 3));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`;
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(header), line(rule), ...rows.map(line)].join('\n');
}

const ms = (value: number): string => value.toFixed(2);

const versionOf = (name: string): string =>
  Package.parse(JSON.parse(readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8'))).version;
