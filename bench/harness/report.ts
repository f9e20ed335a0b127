// Markdown tables that are aligned for a terminal too, and a description of the machine.
import { readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';

const ROOT = join(import.meta.dirname, '../..');
const Package = z.object({ version: z.string() });

export function describeMachine(): string {
  const [cpu] = cpus();
  const memoryGb = Math.round(totalmem() / 1024 ** 3);
  const versions = ['miniflare', 'workerd'].map((name) => `${name} ${versionOf(name)}`).join(', ');
  return `${new Date().toISOString().slice(0, 10)} · ${cpus().length} cores (${cpu?.model.trim() ?? 'unknown'}), ${memoryGb} GB · Node ${process.versions.node}, ${versions}`;
}

/** Shows how busy the machine was. The benchmark itself adds one to two. */
export const describeLoad = (): string =>
  `Load average at the end: ${loadavg()
    .map((load) => load.toFixed(1))
    .join(', ')}.`;

export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0), 3));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`;
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(header), line(rule), ...rows.map(line)].join('\n');
}

const versionOf = (name: string): string =>
  Package.parse(JSON.parse(readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8'))).version;
