// What is measured. Peers are asked in turn, question by question, or one after the other within the same minute, so
// that whatever else the machine does meets all of them.
import { setTimeout as pause } from 'node:timers/promises';
import { freshAgent, openAgent } from './ai-chat-agent-peer.ts';
import type { Heard } from './client.ts';
import type { Groundwire } from './groundwire-peer.ts';
import type { Order } from './order.ts';
import type { Parties } from './parties.ts';
import type { Party } from './party.ts';
import { type Peer, passThrough } from './peers.ts';

/** Between two questions, so that what one leaves to be done in the background does not fall into the next one. */
const BREATH_MS = 25;
/** Before a scenario, so that the one before has left nothing to be done. */
const SETTLE_MS = 1_000;
/** The streams of a crowd begin one after the other: what is asked is how many it carries, not how many can knock at once. */
const ARRIVAL_EVERY_MS = 10;

export type Timed = { readonly peer: string; readonly heard: readonly Heard[] };

/** One client asks all peers in turn. The first is what the others are compared with. */
export async function askInTurn(
  { bare, platform, groundwire, agent }: Parties,
  order: Order,
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
  const timed = peers.map((peer) => ({ peer, heard: [] as Heard[] }));
  for (let round = -rounds.warmUp; round < rounds.counted; round += 1) {
    for (const { peer, heard } of timed) {
      await peer.prepare?.();
      await pause(BREATH_MS);
      const answer = requireWhole(await peer.ask(order), order);
      if (round >= 0) heard.push(answer);
    }
  }
  for (const peer of peers) peer.close();
  return timed.map(({ peer, heard }) => ({ peer: peer.name, heard }));
}

export type Throughput = { readonly peer: string; readonly runsPerSecond: number; readonly cpuMsPerRun: number | null };

/** Each client asks again as soon as it has its answer. */
export async function askInParallel(
  parties: Parties,
  order: Order,
  load: { clients: number; durationMs: number },
): Promise<Throughput[]> {
  await settle(parties.groundwire);
  const results: Throughput[] = [];
  for (const [peer, party] of listCrowds(parties, load.clients)) {
    const cpuBefore = party.workerdCpuMs();
    const startedAt = performance.now();
    let runs = 0;
    const askOnAndOn = async () => {
      while (performance.now() - startedAt < load.durationMs) {
        requireWhole(await peer.ask(order), order);
        runs += 1;
      }
    };
    await Promise.all(Array.from({ length: load.clients }, askOnAndOn));
    const seconds = (performance.now() - startedAt) / 1000;
    const cpuAfter = party.workerdCpuMs();
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
export async function followManyStreams(parties: Parties, order: Order, streams: number): Promise<Paced[]> {
  await settle(parties.groundwire);
  const results: Paced[] = [];
  // Without AIChatAgent, which a tenth of this load keeps busy for minutes.
  for (const [peer, party] of listCrowds({ ...parties, agent: null }, streams)) {
    const cpuBefore = party.workerdCpuMs();
    const startedAt = performance.now();
    const heard = await askAll(peer, order, streams);
    const elapsedMs = performance.now() - startedAt;
    const cpuAfter = party.workerdCpuMs();
    results.push({
      peer: peer.name,
      delivered: heard.reduce((sum, { contents }) => sum + contents, 0),
      expected: streams * order.events,
      lagsMs: heard.flatMap(({ lagsMs }) => lagsMs),
      coreShare: cpuBefore === null || cpuAfter === null ? null : (cpuAfter - cpuBefore) / elapsedMs,
    });
    peer.close();
  }
  return results;
}

const listCrowds = ({ bare, own, groundwire, agent }: Parties, connections: number): (readonly [Peer, Party])[] => [
  [passThrough(bare, { connections }), bare],
  [groundwire.fresh(connections), own],
  ...(agent ? [[freshAgent(agent), agent] as const] : []),
];

/** A stream that failed counts as nothing delivered, and is told. */
async function askAll(peer: Peer, order: Order, streams: number): Promise<Heard[]> {
  const ask = async (index: number) => {
    await pause(index * ARRIVAL_EVERY_MS);
    return peer.ask(order);
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

function requireWhole(heard: Heard, order: Order): Heard {
  if (heard.contents !== order.events) throw new Error(`${heard.contents} of ${order.events} events came`);
  return heard;
}
