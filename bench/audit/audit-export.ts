// `npm run bench:audit`, with `-- --rows 100000` for fewer: exports, verifies and filters an audit log of a million rows over
// HTTP, and watches the memory of the Worker's process. Prints the figures as a table.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { requireDemoOrg, requireDemoPerson } from '../../local/demo-data/demo-people.ts';
import { fillAudit } from '../../local/demo-data/fill-audit.ts';
import { signIn, type Visitor } from '../../local/e2e/visitor.ts';
import { startStack } from '../../local/stack/stack.ts';
import { describeLoad, describeMachine, table } from '../harness/report.ts';
import { summarize } from '../harness/statistics.ts';

const SAMPLE_MS = 100;
const SLOW_CLIENT_MS = 10_000;
const REQUESTS_PER_FILTER = 100;
const READER = 'nora@northlight.test';

const { values } = parseArgs({ options: { rows: { type: 'string', default: '1000000' } } });
const rows = Number(values.rows);
const localDir = mkdtempSync(join(tmpdir(), 'groundwire-audit-'));
const stack = await startStack({ localDir, onLog: (level, message) => console.error(`${level}: ${message}`) });
try {
  await fill();
  const visitor = await signIn(stack, READER);
  // Warms up the Worker and its database connection.
  await visitor.get('/api/v1/audit');
  const lines = [
    ...[await exportAll(visitor, 'ndjson'), await exportAll(visitor, 'csv')],
    ...[await readSlowly(visitor), await verify(visitor)],
  ];
  console.log([await describeMachine(), describeLoad()].join('\n'));
  console.log(table(['what', 'rows', 'seconds', 'rows/s', 'MB', 'RSS before', 'RSS at a tenth', 'RSS at most'], lines));
  console.log(table(['pages of 50', 'median ms', 'p95 ms'], await timeFilters(visitor)));
} finally {
  await stack.stop();
  rmSync(localDir, { recursive: true, force: true });
}

async function fill(): Promise<void> {
  const client = new pg.Client({ connectionString: stack.databaseOwnerUrl });
  await client.connect();
  const startedAt = performance.now();
  await fillAudit(client, {
    orgId: requireDemoOrg('northlight').id,
    people: [READER, 'max@northlight.test'].map((email) => requireDemoPerson(email).id),
    rows,
    onProgress: (done) => done % 200_000 === 0 && console.error(`${done} of ${rows} rows`),
  });
  await client.end();
  console.error(`filled in ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
}

async function exportAll(visitor: Visitor, format: string): Promise<string[]> {
  const memory = watchMemory();
  const startedAt = performance.now();
  const response = await visitor.get(`/api/v1/audit/export?format=${format}`);
  let [bytes, ends, tenth] = [0, 0, 0];
  let tail = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    // A row has no line breaks inside.
    for (const byte of chunk) if (byte === 10) ends += 1;
    if (tenth === 0 && ends >= rows / 10) tenth = memory.most();
    tail = (tail + decoder.decode(chunk.subarray(-2_000))).slice(-2_000);
  }
  if (tail.includes('"incomplete":true') || /^incomplete,/m.test(tail)) throw new Error(`cut off: ${tail.slice(-300)}`);
  if (ends < rows) throw new Error(`${ends} of ${rows} rows exported`);
  return lineOf(`export, ${format}`, ends, startedAt, bytes, memory.end(), tenth);
}

/** A client that reads the first chunk and then stops: the Worker must stop reading from the database. */
async function readSlowly(visitor: Visitor): Promise<string[]> {
  const memory = watchMemory();
  const startedAt = performance.now();
  const response = await visitor.get('/api/v1/audit/export');
  const reader = response.body?.getReader();
  const first = await reader?.read();
  const tenth = memory.most();
  await new Promise((resolve) => setTimeout(resolve, SLOW_CLIENT_MS));
  const line = lineOf('a client that stops reading', 0, startedAt, first?.value?.length ?? 0, memory.end(), tenth);
  await reader?.cancel();
  return line;
}

async function verify(visitor: Visitor): Promise<string[]> {
  const memory = watchMemory();
  const startedAt = performance.now();
  const text = await (await visitor.send('POST', '/api/v1/audit/verify')).text();
  const last = JSON.parse(text.trimEnd().split('\n').at(-1) ?? '{}') as { type?: string; checked?: number };
  if (last.type !== 'whole') throw new Error(text.slice(-300));
  return lineOf('verify the chain', last.checked ?? 0, startedAt, text.length, memory.end(), 0);
}

async function timeFilters(visitor: Visitor): Promise<string[][]> {
  const person = requireDemoPerson('max@northlight.test').id;
  const { rows: newest } = (await (await visitor.get('/api/v1/audit?event=answer.complete')).json()) as {
    rows: { conversationId: string }[];
  };
  const filters: readonly (readonly [string, string])[] = [
    ['newest', ''],
    ['one person', `person=${person}`],
    ['a rare event', 'event=audit.exported'],
    ['one tool', 'tool=get_bom'],
    ['any error', 'error=any'],
    ['one conversation', `conversation=${newest[0]?.conversationId}`],
    ['an old day', 'from=2026-03-10&to=2026-03-10'],
    ['no match: a person without this error', `person=${person}&error=QUOTA_EXCEEDED`],
  ];
  const lines: string[][] = [];
  for (const [name, filter] of filters) {
    const times: number[] = [];
    for (let round = 0; round < REQUESTS_PER_FILTER; round += 1) {
      const startedAt = performance.now();
      const response = await visitor.get(`/api/v1/audit?${filter}`);
      if (!response.ok) throw new Error(await response.text());
      await response.text();
      times.push(performance.now() - startedAt);
    }
    const { median, p95 } = summarize(times);
    lines.push([name, median.toFixed(1), p95.toFixed(1)]);
  }
  return lines;
}

type Memory = { readonly before: number; readonly most: number };

function lineOf(what: string, done: number, startedAt: number, bytes: number, memory: Memory, tenth: number): string[] {
  const seconds = (performance.now() - startedAt) / 1000;
  return [
    ...[what, String(done), seconds.toFixed(1), done === 0 ? '' : Math.round(done / seconds).toString()],
    ...[(bytes / 1e6).toFixed(1), toMb(memory.before), tenth === 0 ? '' : toMb(tenth), toMb(memory.most)],
  ];
}

/** Watches the memory of the Worker's process, in bytes. */
function watchMemory() {
  const pid = findWorkerd(process.pid);
  const read = () => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
  const before = read();
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, read());
  }, SAMPLE_MS);
  return {
    most: () => most,
    end: (): Memory => {
      clearInterval(timer);
      return { before, most };
    },
  };
}

/** The workerd among the descendants of this process. */
function findWorkerd(ancestor: number): number {
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const [, comm = '', parent = ''] =
          /^\d+ \((.*)\) \w (\d+)/.exec(readFileSync(`/proc/${name}/stat`, 'utf8')) ?? [];
        return [{ pid: Number(name), comm, parent: Number(parent) }];
      } catch {
        // The process ended in the meantime.
        return [];
      }
    });
  const isOurs = (pid: number): boolean => {
    const parent = processes.find((one) => one.pid === pid)?.parent;
    return parent === ancestor || (parent !== undefined && parent > 1 && isOurs(parent));
  };
  const found = processes.find(({ comm, pid }) => comm.startsWith('workerd') && isOurs(pid));
  if (!found) throw new Error('no workerd below this process');
  return found.pid;
}

function toMb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
