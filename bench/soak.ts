// `npm run bench:soak`: a hundred streams for half an hour. Each asks again as soon as it has its answer, in a conversation
// that goes on for ten turns. Tells how many answers came whole and what was held in memory meanwhile, and writes it to
// bench/results-soak.md. It stops by itself. `-- --minutes 5 --streams 20` for another size.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { groundwire } from './groundwire-peer.ts';
import { openJsHeap } from './js-heap.ts';
import { startParty } from './party.ts';
import type { Peer } from './peers.ts';
import { describeLoad, describeMachine, table } from './report.ts';
import { summarize } from './statistics.ts';

/** 15 seconds of a model that writes fast. */
const ANSWER = { delayMs: 200, events: 150, everyMs: 100 };
/** So that not all of them begin at once. */
const ARRIVAL_EVERY_MS = 150;
const LOOK_EVERY_MS = 5_000;
/** A full collection stops the Worker for a moment. */
const MEASURE_HEAP_EVERY_MS = 30_000;
/** The time is told in this many parts of the same length. */
const PARTS = 6;

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '30' }, streams: { type: 'string', default: '100' } },
});
const minutes = z.coerce.number().positive().max(120).parse(values.minutes);
const streams = z.coerce.number().int().positive().max(1_000).parse(values.streams);

type Answered = { readonly at: number; readonly ok: boolean; readonly firstMs: number };
type Look = { readonly at: number; readonly megabytes: number };

const upstream = await startParty('upstream-process.ts');
const own = await startParty('groundwire-process.ts', [upstream.url, 'inspector']);
const jsHeap = await openJsHeap(own.inspectorUrl ?? '');
try {
  const startedAt = performance.now();
  const endsAt = startedAt + minutes * 60_000;
  const share = (at: number): number => (at - startedAt) / (endsAt - startedAt);
  const asked = groundwire(own);
  const answers: Answered[] = [];
  const heapLooks: Look[] = [];
  const processLooks: Look[] = [];
  const crowd = Array.from({ length: streams }, (_, index) => askOnAndOn(asked.open(), index, endsAt, answers));
  await Promise.all([
    ...crowd,
    look(heapLooks, { endsAt, everyMs: MEASURE_HEAP_EVERY_MS, measure: jsHeap.measure }),
    look(processLooks, { endsAt, everyMs: LOOK_EVERY_MS, measure: async () => own.workerdMemoryMb() ?? Number.NaN }),
  ]);
  const report = [
    `# Many streams for long\n\n${describeMachine()}`,
    `${streams} streams for ${minutes} minutes; answers of ${ANSWER.events} events, one each ${ANSWER.everyMs} ms.`,
    `${answers.filter(({ ok }) => ok).length} of ${answers.length} answers came whole (${successOf(answers)}; bound 99.9 %).`,
    table(
      ['part of the time', 'answers', 'whole', 'first token, ms', 'p95', 'JS heap, MB', 'workerd, MB'],
      Array.from({ length: PARTS }, (_, part) => {
        const isIn = ({ at }: { readonly at: number }): boolean => Math.floor(share(at) * PARTS) === part;
        return lineOf(part, answers.filter(isIn), [heapLooks.filter(isIn), processLooks.filter(isIn)]);
      }),
    ),
    describeLoad(),
  ];
  console.log(report.join('\n\n'));
  writeFileSync(join(import.meta.dirname, 'results-soak.md'), `${report.join('\n\n')}\n`);
} finally {
  jsHeap.close();
  await own.stop();
  await upstream.stop();
}

async function askOnAndOn(peer: Peer, index: number, endsAt: number, answers: Answered[]): Promise<void> {
  await pause(index * ARRIVAL_EVERY_MS);
  while (performance.now() < endsAt) {
    try {
      await peer.prepare?.();
      const { contents, firstMs } = await peer.ask(ANSWER);
      answers.push({ at: performance.now(), ok: contents === ANSWER.events, firstMs });
    } catch (error) {
      console.error(String(error));
      answers.push({ at: performance.now(), ok: false, firstMs: Number.NaN });
      await pause(1_000);
    }
  }
  peer.close();
}

async function look(
  looks: Look[],
  how: { endsAt: number; everyMs: number; measure: () => Promise<number> },
): Promise<void> {
  while (performance.now() < how.endsAt) {
    looks.push({ at: performance.now(), megabytes: await how.measure() });
    await pause(how.everyMs);
  }
}

function lineOf(part: number, answers: readonly Answered[], memory: readonly (readonly Look[])[]): string[] {
  const first = summarize(answers.filter(({ ok }) => ok).map(({ firstMs }) => firstMs));
  return [
    `${part + 1} of ${PARTS}`,
    String(answers.length),
    successOf(answers),
    first.median.toFixed(1),
    first.p95.toFixed(1),
    ...memory.map((looks) => summarize(looks.map(({ megabytes }) => megabytes)).median.toFixed(0)),
  ];
}

function successOf(answers: readonly Answered[]): string {
  return `${((answers.filter(({ ok }) => ok).length / answers.length) * 100).toFixed(2)} %`;
}
