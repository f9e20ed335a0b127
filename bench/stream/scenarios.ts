// The scenarios. Peers take turns, question by question or within the same minute, so that other load on the machine
// affects all of them.
import { setTimeout as pause } from 'node:timers/promises';
import type { ServerProcess } from '../harness/server-process.ts';
import { freshAgent, openAgent } from '../peers/ai-chat-agent-peer.ts';
import type { Groundwire } from '../peers/groundwire-peer.ts';
import { type Peer, passThrough } from '../peers/peer.ts';
import type { StreamTiming } from '../peers/stream-client.ts';
import type { StreamSpec } from '../peers/stream-spec.ts';
import type { Servers } from './servers.ts';

/** Between two questions, so that one peer's background work doesn't slow down the next. */
const PAUSE_MS = 25;
/** Before a scenario, so that the background work of the previous one has finished. */
const SETTLE_MS = 1_000;
/** Many streams start one after another: the scenario measures open streams, not connection attempts. */
const ARRIVAL_EVERY_MS = 10;

export type Timed = { readonly peer: string; readonly timings: readonly StreamTiming[] };

/** One client asks all peers in turn. The others are compared with the first. */
export async function askInTurn(
  { bare, platform, groundwire, agent }: Servers,
  spec: StreamSpec,
  rounds: { warmUp: number; counted: number },
): Promise<Timed[]> {
  await settle(groundwire);
  const peers: readonly Peer[] = [
    passThrough(bare, { connections: 1 }),
    groundwire.open(),
    groundwire.fresh(1),
    passThrough(platform, { connections: 1, name: 'pass-through, same platform' }),
    ...(agent ? [openAgent(agent)] : []),
  ];
  const timed = peers.map((peer) => ({ peer, timings: [] as StreamTiming[] }));
  for (let round = -rounds.warmUp; round < rounds.counted; round += 1) {
    for (const { peer, timings } of timed) {
      await peer.prepare?.();
      await pause(PAUSE_MS);
      const answer = requireComplete(await peer.ask(spec), spec);
      if (round >= 0) timings.push(answer);
    }
  }
  for (const peer of peers) peer.close();
  return timed.map(({ peer, timings }) => ({ peer: peer.name, timings }));
}

export type Throughput = { readonly peer: string; readonly runsPerSecond: number; readonly cpuMsPerRun: number | null };

/** Each client asks again as soon as it has an answer. */
export async function askInParallel(
  servers: Servers,
  spec: StreamSpec,
  load: { clients: number; durationMs: number },
): Promise<Throughput[]> {
  await settle(servers.groundwire);
  const results: Throughput[] = [];
  for (const [peer, server] of listLoads(servers, load.clients)) {
    const cpuBefore = server.workerdCpuMs();
    const startedAt = performance.now();
    let runs = 0;
    const askRepeatedly = async () => {
      while (performance.now() - startedAt < load.durationMs) {
        requireComplete(await peer.ask(spec), spec);
        runs += 1;
      }
    };
    await Promise.all(Array.from({ length: load.clients }, askRepeatedly));
    const seconds = (performance.now() - startedAt) / 1000;
    const cpuAfter = server.workerdCpuMs();
    const cpuMsPerRun = cpuBefore === null || cpuAfter === null ? null : (cpuAfter - cpuBefore) / runs;
    results.push({ peer: peer.name, runsPerSecond: runs / seconds, cpuMsPerRun });
    peer.close();
  }
  return results;
}

export type Paced = {
  readonly peer: string;
  readonly delivered: number;
  readonly expected: number;
  readonly lagsMs: readonly number[];
  /** Share of one core that workerd was busy. */
  readonly coreShare: number | null;
};

/** Many streams at once, each at a steady rate. */
export async function followManyStreams(servers: Servers, spec: StreamSpec, streams: number): Promise<Paced[]> {
  await settle(servers.groundwire);
  const results: Paced[] = [];
  // Without AIChatAgent: a tenth of this load keeps it busy for minutes.
  for (const [peer, server] of listLoads({ ...servers, agent: null }, streams)) {
    const cpuBefore = server.workerdCpuMs();
    const startedAt = performance.now();
    const timings = await askAll(peer, spec, streams);
    const elapsedMs = performance.now() - startedAt;
    const cpuAfter = server.workerdCpuMs();
    results.push({
      peer: peer.name,
      delivered: timings.reduce((sum, { contentFrames }) => sum + contentFrames, 0),
      expected: streams * spec.events,
      lagsMs: timings.flatMap(({ lagsMs }) => lagsMs),
      coreShare: cpuBefore === null || cpuAfter === null ? null : (cpuAfter - cpuBefore) / elapsedMs,
    });
    peer.close();
  }
  return results;
}

const listLoads = (
  { bare, own, groundwire, agent }: Servers,
  connections: number,
): (readonly [Peer, ServerProcess])[] => [
  [passThrough(bare, { connections }), bare],
  [groundwire.fresh(connections), own],
  ...(agent ? [[freshAgent(agent), agent] as const] : []),
];

/** A failed stream counts as nothing delivered and is reported. */
async function askAll(peer: Peer, spec: StreamSpec, streams: number): Promise<StreamTiming[]> {
  const ask = async (index: number) => {
    await pause(index * ARRIVAL_EVERY_MS);
    return peer.ask(spec);
  };
  const outcomes = await Promise.allSettled(Array.from({ length: streams }, (_, index) => ask(index)));
  return outcomes.flatMap((outcome) => {
    if (outcome.status === 'fulfilled') return [outcome.value];
    console.error(`${peer.name}: ${outcome.reason}`);
    return [];
  });
}

async function settle(groundwire: Groundwire): Promise<void> {
  await groundwire.clear();
  await pause(SETTLE_MS);
}

function requireComplete(timing: StreamTiming, spec: StreamSpec): StreamTiming {
  if (timing.contentFrames !== spec.events) throw new Error(`${timing.contentFrames} of ${spec.events} events arrived`);
  return timing;
}
