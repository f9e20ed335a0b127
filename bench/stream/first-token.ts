// `npm run bench`: measures Groundwire and its peers side by side. Prints medians, p95 and ratios with their bounds, and
// writes them to results.md. It isn't a test: nothing fails when a number is bad.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeLoad, describeMachine, table } from '../harness/report.ts';
import { summarize } from '../harness/statistics.ts';
import { askInParallel, askInTurn, followManyStreams, type Paced, type Throughput, type Timed } from './scenarios.ts';
import { startServers } from './servers.ts';

type Bounds = { readonly first: number; readonly total?: number };

const ms = (value: number): string => value.toFixed(2);

const INSTANT = { delayMs: 0, events: 200, everyMs: 0 };
const TAKES_40_MS = { delayMs: 40, events: 200, everyMs: 0 };
const PACED = { delayMs: 0, events: 300, everyMs: 20 };

const servers = await startServers();
try {
  const sections = [
    `# Results\n\n${describeMachine()}`,
    timedTable('Provider that takes 40 ms, 200 events at once', {
      timed: await askInTurn(servers, TAKES_40_MS, { warmUp: 20, counted: 200 }),
      bounds: { first: 1.1 },
    }),
    timedTable('Instant provider, 200 events at once', {
      timed: await askInTurn(servers, INSTANT, { warmUp: 20, counted: 200 }),
      bounds: { first: 4, total: 2 },
    }),
    throughputTable(
      'Ten clients, 200 events at once, fresh conversations',
      await askInParallel(servers, INSTANT, { clients: 10, durationMs: 4_000 }),
    ),
    pacedTable('200 streams of 50 events a second', await followManyStreams(servers, PACED, 200)),
  ];
  const report = `${[...sections, describeLoad()].join('\n\n')}\n`;
  console.log(report);
  writeFileSync(join(import.meta.dirname, 'results.md'), report);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await servers.stop();
}

/** The others are compared with the first peer. The bounds apply to the second, Groundwire with an open conversation. */
function timedTable(title: string, { timed, bounds }: { timed: readonly Timed[]; bounds: Bounds }): string {
  const [base] = timed;
  const rows = timed.map(({ peer, timings }, index) => {
    const first = summarize(timings.map(({ firstMs }) => firstMs));
    const total = summarize(timings.map(({ totalMs }) => totalMs));
    const ratio = (key: 'firstMs' | 'totalMs', median: number, bound: number | undefined): string => {
      if (index === 0 || !base) return '';
      const value = median / summarize(base.timings.map((one) => one[key])).median;
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
  const count = base?.timings.length ?? 0;
  const header = ['', 'first token', 'p95', 'ratio', 'total', 'p95', 'ratio'];
  return `## ${title}\n\nMilliseconds, median of ${count}, one client, interleaved.\n\n${table(header, rows)}`;
}

function throughputTable(title: string, results: readonly Throughput[]): string {
  const rows = results.map(({ peer, runsPerSecond, cpuMsPerRun }) => [
    peer,
    runsPerSecond.toFixed(0),
    cpuMsPerRun === null ? '' : ms(cpuMsPerRun),
  ]);
  return `## ${title}\n\n${table(['', 'answers per second', 'workerd CPU ms per answer'], rows)}`;
}

function pacedTable(title: string, results: readonly Paced[]): string {
  const rows = results.map(({ peer, delivered, expected, lagsMs, coreShare }) => {
    const lag = summarize(lagsMs);
    const share = coreShare === null ? '' : `${(coreShare * 100).toFixed(0)} %`;
    return [peer, `${delivered} of ${expected}`, ms(lag.median), ms(lag.p95), share];
  });
  return `## ${title}\n\nLag is the time from creating an event to its arrival, in milliseconds. The bound is 250 at p95.\n\n${table(['', 'delivered', 'lag', 'p95', 'share of one core'], rows)}`;
}
