// `npm run bench:soak`: a hundred streams for half an hour. Each asks again as soon as it has its answer, in a conversation
// of ten turns. Measures how many answers are complete and how much memory is used, and writes it to
// bench/soak/results.md. It stops by itself. `-- --minutes 5 --streams 20` for another size.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { describeLoad, describeMachine, table } from '../harness/report.ts';
import { startServerProcess } from '../harness/server-process.ts';
import { summarize } from '../harness/statistics.ts';
import { groundwire } from '../peers/groundwire-peer.ts';
import type { Peer } from '../peers/peer.ts';

/** 15 seconds of a model that writes fast. */
const ANSWER = { delayMs: 200, events: 150, everyMs: 100 };
/** Streams start one after another. */
const ARRIVAL_EVERY_MS = 150;
const SAMPLE_EVERY_MS = 5_000;
/** A full collection stops the Worker for a moment. */
const MEASURE_HEAP_EVERY_MS = 30_000;
/** The report splits the time into this many periods of the same length. */
const PARTS = 6;

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '30' }, streams: { type: 'string', default: '100' } },
});
const minutes = z.coerce.number().positive().max(120).parse(values.minutes);
const streams = z.coerce.number().int().positive().max(1_000).parse(values.streams);

const Targets = z.array(z.object({ id: z.string(), webSocketDebuggerUrl: z.string() }));
const InspectorReply = z.object({ id: z.number().optional(), result: z.unknown() });
const HeapUsage = z.object({ usedSize: z.number() });

type AnswerResult = { readonly at: number; readonly ok: boolean; readonly firstMs: number };
type MemorySample = { readonly at: number; readonly megabytes: number };

const upstream = await startServerProcess('upstream-process.ts');
const own = await startServerProcess('groundwire-process.ts', [upstream.url, 'inspector']);
const jsHeap = await openJsHeap(own.inspectorUrl ?? '');
try {
  const startedAt = performance.now();
  const endsAt = startedAt + minutes * 60_000;
  const share = (at: number): number => (at - startedAt) / (endsAt - startedAt);
  const peer = groundwire(own);
  const answers: AnswerResult[] = [];
  const heapSamples: MemorySample[] = [];
  const processSamples: MemorySample[] = [];
  const clients = Array.from({ length: streams }, (_, index) => askUntil(peer.open(), index, endsAt, answers));
  await Promise.all([
    ...clients,
    sample(heapSamples, { endsAt, everyMs: MEASURE_HEAP_EVERY_MS, measure: jsHeap.measure }),
    sample(processSamples, {
      endsAt,
      everyMs: SAMPLE_EVERY_MS,
      measure: async () => own.workerdMemoryMb() ?? Number.NaN,
    }),
  ]);
  const report = [
    `# Soak test\n\n${describeMachine()}`,
    `${streams} streams for ${minutes} minutes; answers of ${ANSWER.events} events, one every ${ANSWER.everyMs} ms.`,
    `${answers.filter(({ ok }) => ok).length} of ${answers.length} answers were complete (${successRate(answers)}; the bound is 99.9 %).`,
    table(
      ['period', 'answers', 'complete', 'first token, ms', 'p95', 'JS heap, MB', 'workerd, MB'],
      Array.from({ length: PARTS }, (_, part) => {
        const isIn = ({ at }: { readonly at: number }): boolean => Math.floor(share(at) * PARTS) === part;
        return lineOf(part, answers.filter(isIn), [heapSamples.filter(isIn), processSamples.filter(isIn)]);
      }),
    ),
    describeLoad(),
  ];
  console.log(report.join('\n\n'));
  writeFileSync(join(import.meta.dirname, 'results.md'), `${report.join('\n\n')}\n`);
} finally {
  jsHeap.close();
  await own.stop();
  await upstream.stop();
}

async function askUntil(peer: Peer, index: number, endsAt: number, answers: AnswerResult[]): Promise<void> {
  await pause(index * ARRIVAL_EVERY_MS);
  while (performance.now() < endsAt) {
    try {
      await peer.prepare?.();
      const { contentFrames, firstMs } = await peer.ask(ANSWER);
      answers.push({ at: performance.now(), ok: contentFrames === ANSWER.events, firstMs });
    } catch (error) {
      console.error(String(error));
      answers.push({ at: performance.now(), ok: false, firstMs: Number.NaN });
      await pause(1_000);
    }
  }
  peer.close();
}

async function sample(
  samples: MemorySample[],
  how: { endsAt: number; everyMs: number; measure: () => Promise<number> },
): Promise<void> {
  while (performance.now() < how.endsAt) {
    samples.push({ at: performance.now(), megabytes: await how.measure() });
    await pause(how.everyMs);
  }
}

function lineOf(
  part: number,
  answers: readonly AnswerResult[],
  memory: readonly (readonly MemorySample[])[],
): string[] {
  const first = summarize(answers.filter(({ ok }) => ok).map(({ firstMs }) => firstMs));
  return [
    `${part + 1} of ${PARTS}`,
    String(answers.length),
    successRate(answers),
    first.median.toFixed(1),
    first.p95.toFixed(1),
    ...memory.map((samples) => summarize(samples.map(({ megabytes }) => megabytes)).median.toFixed(0)),
  ];
}

function successRate(answers: readonly AnswerResult[]): string {
  return `${((answers.filter(({ ok }) => ok).length / answers.length) * 100).toFixed(2)} %`;
}

type JsHeap = {
  /** Megabytes (10^6 bytes) in use after a full collection. */
  measure(): Promise<number>;
  close(): void;
};

/**
 * Measures the heap of the Worker's isolate through the runtime's inspector. The memory of the process says less, because
 * the runtime returns little of it.
 * @throws Error if the inspector has no Worker
 */
async function openJsHeap(inspectorUrl: string): Promise<JsHeap> {
  const targets = Targets.parse(await (await fetch(`${inspectorUrl}/json`)).json());
  const target = targets.find(({ id }) => id === 'core:user:groundwire');
  if (!target) throw new Error('the inspector has no Worker');
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve());
    socket.addEventListener('error', () => reject(new Error("the inspector doesn't answer")));
  });
  const waiting = new Map<number, (result: unknown) => void>();
  socket.addEventListener('message', ({ data }) => {
    const { id, result } = InspectorReply.parse(JSON.parse(String(data)));
    if (id === undefined) return;
    waiting.get(id)?.(result);
    waiting.delete(id);
  });
  let calls = 0;
  const call = (method: string): Promise<unknown> =>
    new Promise((resolve) => {
      calls += 1;
      waiting.set(calls, resolve);
      socket.send(JSON.stringify({ id: calls, method }));
    });
  await call('HeapProfiler.enable');
  return {
    measure: async function measureAfterCollection() {
      await call('HeapProfiler.collectGarbage');
      return HeapUsage.parse(await call('Runtime.getHeapUsage')).usedSize / 1e6;
    },
    close: () => socket.close(),
  };
}
