// `npm run bench`: Groundwire and its peers side by side in one run. Prints medians, tails and ratios with the bounds that
// they should hold, and writes them to bench/results.md. It judges nobody: it is no test.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startParties } from './parties.ts';
import { describeLoad, describeMachine, pacedTable, throughputTable, timedTable } from './report.ts';
import { askInParallel, askInTurn, followManyStreams } from './scenarios.ts';

const INSTANT = { delayMs: 0, events: 200, everyMs: 0 };
const TAKES_40_MS = { delayMs: 40, events: 200, everyMs: 0 };
const PACED = { delayMs: 0, events: 300, everyMs: 20 };

const parties = await startParties();
try {
  const sections = [
    `# Results\n\n${describeMachine()}`,
    timedTable('Provider that takes 40 ms, 200 events at once', {
      timed: await askInTurn(parties, TAKES_40_MS, { warmUp: 20, counted: 200 }),
      bounds: { first: 1.1 },
    }),
    timedTable('Instant provider, 200 events at once', {
      timed: await askInTurn(parties, INSTANT, { warmUp: 20, counted: 200 }),
      bounds: { first: 4, total: 2 },
    }),
    throughputTable(
      'Ten clients, 200 events at once, fresh conversations',
      await askInParallel(parties, INSTANT, { clients: 10, durationMs: 4_000 }),
    ),
    pacedTable('200 streams of 50 events a second', await followManyStreams(parties, PACED, 200)),
  ];
  const report = `${[...sections, describeLoad()].join('\n\n')}\n`;
  console.log(report);
  writeFileSync(join(import.meta.dirname, 'results.md'), report);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await parties.stop();
}
