// For tests of shared conversations: a place in a program, its people, and what a watcher gets.
/// <reference types="@cloudflare/vitest-plugin/types" />
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { vi } from 'vitest';
import { requireDemoProgramId } from '../../../local/demo-data/plm/demo-plm.ts';
import { toolsFor } from '../../packs/registry.ts';
import { postgresDepsOf } from '../../postgres/with-tenant.ts';
import type { Access } from '../../principal.ts';
import { createToolRunner } from '../../tools/run-tool.ts';
import { openTenant } from '../../tools/tenant-access.ts';
import { createTurnLimits } from '../../tools/turn-limits.ts';
import type { WatchEvent } from '../log/watchers.ts';
import { ask, callOf, newTalk, type Question, readerOf, type Talk } from './conversation-client.fixture.ts';
import { type World, words } from './gated-world.fixture.ts';

export const BRIEF = 'Quieter cabinet\n\nBelow 45 dB(A) at one metre.';

/** A design workspace in the program of Ada, Eli and Vic, without messages. */
export async function newPlace(by: Access, brief = BRIEF): Promise<Talk> {
  const runner = createToolRunner({
    tools: toolsFor(by, 'chat'),
    limits: createTurnLimits(),
    tenant: (access) => openTenant(postgresDepsOf(env), access),
    audit: () => undefined,
    now: Date.now,
    newId: () => crypto.randomUUID(),
  });
  const about = {
    access: by,
    sessionId: crypto.randomUUID(),
    programId: requireDemoProgramId('KESTREL'),
    designId: null,
  };
  const context = {
    ...about,
    runId: crypto.randomUUID(),
    messageId: null,
    requestId: 'r',
    provider: 'p',
    model: 'm',
  };
  const input = { description: brief, programId: 'KESTREL', designId: 'KES-CTL' };
  const outcome = await runner.propose(context, {
    id: 'call',
    name: 'initiate_collaborative_design',
    arguments: JSON.stringify(input),
  });
  if (outcome.kind !== 'result') throw new Error(JSON.stringify(outcome));
  return newTalk(by, (JSON.parse(outcome.content) as { sessionId: string }).sessionId);
}

/** A question and its complete answer. */
export async function say(world: World, talk: Talk, access: Access, question: Question, reply: string) {
  const call = callOf(talk, access, question);
  const reader = readerOf(await ask(talk, call));
  const asked = await world.nextCall();
  asked.send(words(reply));
  asked.end();
  return { runId: call.run.runId, text: await reader.rest(), asked };
}

/** Opens a watch and reads its facts as they arrive. */
export async function watch(talk: Talk, access: Access) {
  const response = await talk.stub.fetch('https://conversation/watch', {
    headers: { 'X-Groundwire-Access': JSON.stringify(access) },
  });
  const reader = readerOf(response);
  const facts = (): WatchEvent[] =>
    [...reader.text().matchAll(/^data: (.*)$/gm)].map((match) => JSON.parse(match[1] ?? 'null') as WatchEvent);
  const last = <T extends WatchEvent['type']>(type: T) =>
    facts().findLast((fact): fact is Extract<WatchEvent, { type: T }> => fact.type === type);
  return {
    status: response.status,
    state: () => last('state'),
    people: () => last('people')?.people.map(({ name }) => name),
    /** Reads until the expected event arrives. */
    until: async (look: () => unknown): Promise<void> => {
      while (!look()) if (!(await reader.more())) throw new Error(`ended before: ${reader.text()}`);
    },
    /** All facts to the end. */
    rest: async () => {
      await reader.rest();
      return facts();
    },
    leave: reader.leave,
  };
}

/**
 * Puts the clock under the test's control: time passes when the test says so, and heartbeats run then. Objects share the
 * isolate of the tests.
 */
export function holdTime() {
  const realNow = Date.now;
  const beats = new Map<number, () => void>();
  let ahead = 0;
  let ids = 0;
  const spies = [
    vi.spyOn(Date, 'now').mockImplementation(() => realNow() + ahead),
    vi.spyOn(globalThis, 'setInterval').mockImplementation(((callback: () => void) => {
      ids += 1;
      beats.set(ids, callback);
      return ids;
    }) as unknown as typeof setInterval),
    vi.spyOn(globalThis, 'clearInterval').mockImplementation(((id: number) => {
      beats.delete(id);
    }) as typeof clearInterval),
  ];
  return {
    pass: (ms: number): void => {
      ahead += ms;
    },
    /** Runs all heartbeats that are due in the object, whatever their length. */
    beat: (talk: Talk): Promise<void> =>
      runInDurableObject(talk.stub, () => {
        for (const callback of beats.values()) callback();
      }),
    restore: (): void => {
      for (const spy of spies) spy.mockRestore();
    },
  };
}
