import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunCall } from '../../contracts/conversation.ts';
import type { Access } from '../../principal.ts';
import {
  ADA,
  accessOf,
  ageSnapshot,
  ask,
  callOf,
  ELI,
  lastOf,
  newTalk,
  readerOf,
  rejoin,
  VIC,
} from '../tests/conversation-client.fixture.ts';
import { createWorld, HEAD, piece, TAIL, type World } from '../tests/gated-world.fixture.ts';
import { holdTime, newPlace, say, watch } from '../tests/shared-talk.fixture.ts';
import { shownMessages } from '../tests/tool-talk.fixture.ts';

let world: World;
let ada: Access;
let eli: Access;
let vic: Access;
beforeEach(async () => {
  world = createWorld();
  [ada, eli, vic] = await Promise.all([accessOf(ADA), accessOf(ELI), accessOf(VIC)]);
});
afterEach(() => world.restore());

const requestId = crypto.randomUUID();
const named = ({ run }: RunCall, { userId, userName }: Access) => ({
  runId: run.runId,
  author: { id: userId, name: userName },
});

describe('a watch', () => {
  it('sends the status at once, and whenever a run starts, waits or ends', async () => {
    const talk = await newPlace(eli);
    const watcher = await watch(talk, vic);
    await watcher.until(watcher.state);
    expect(watcher.state()).toMatchObject({ active: null, queue: [], last: null, version: 0 });
    const one = callOf(talk, eli);
    const two = callOf(talk, ada);
    const readers = [readerOf(await ask(talk, one)), readerOf(await ask(talk, two))];
    await watcher.until(() => watcher.state()?.queue.length === 1);
    expect(watcher.state()).toMatchObject({ active: named(one, eli), queue: [named(two, ada)] });
    const version = watcher.state()?.version ?? 0;
    (await world.nextCall()).send(HEAD, piece('first'), TAIL);
    await readers[0]?.rest();
    await watcher.until(() => watcher.state()?.last === one.run.runId);
    expect(watcher.state()).toMatchObject({ active: named(two, ada), queue: [] });
    expect(watcher.state()?.version).toBeGreaterThan(version);
    (await world.nextCall()).send(HEAD, piece('second'), TAIL);
    await readers[1]?.rest();
    await watcher.until(() => watcher.state()?.last === two.run.runId);
    expect(watcher.state()).toMatchObject({ active: null, queue: [] });
    await watcher.leave();
  });

  it('reports runs that started, or started and ended, while the page was away', async () => {
    const talk = await newPlace(eli);
    const before = await watch(talk, vic);
    await before.until(before.state);
    await before.leave();

    const call = callOf(talk, eli);
    const reader = readerOf(await ask(talk, call));
    const asked = await world.nextCall();
    const during = await watch(talk, vic);
    await during.until(during.state);
    expect(during.state()).toMatchObject({ active: named(call, eli) });
    const other = readerOf(await rejoin(talk, vic, call.run.runId));
    asked.send(HEAD, piece('all of it'), TAIL);
    expect(await other.rest()).toBe(await reader.rest());
    await during.leave();

    const after = await watch(talk, vic);
    await after.until(after.state);
    expect(after.state()).toMatchObject({ active: null, last: call.run.runId });
    expect(after.state()?.version).toBeGreaterThan(before.state()?.version ?? Number.POSITIVE_INFINITY);
    // A page then reads a state that is at least as new as the status.
    expect((await shownMessages(talk, vic)).standing).toMatchObject({ version: after.state()?.version });
    await after.leave();
  });

  it('lists each person here once, and updates when someone comes or goes', async () => {
    const talk = await newPlace(eli);
    const vics = await watch(talk, vic);
    const adas = [await watch(talk, ada), await watch(talk, ada)];
    await vics.until(() => vics.people()?.length === 2);
    expect(vics.people()).toEqual(['Vic Tanaka', 'Ada Moreau']);
    await adas[0]?.leave();
    const elis = await watch(talk, eli);
    await vics.until(() => vics.people()?.includes('Eli Okafor'));
    // Her other tab is still open.
    expect(vics.people()).toEqual(['Vic Tanaka', 'Ada Moreau', 'Eli Okafor']);
    await adas[1]?.leave();
    await vics.until(() => vics.people()?.length === 2);
    expect(vics.people()).toEqual(['Vic Tanaka', 'Eli Okafor']);
    await elis.leave();
    await vics.leave();
  });

  it('reports changes by another device in a private conversation, without a list of people', async () => {
    const talk = newTalk(ada);
    await say(world, talk, ada, {}, 'mine');
    expect((await watch(talk, eli)).status).toBe(404);
    expect((await watch(newTalk(ada), ada)).status).toBe(404);
    const watcher = await watch(talk, ada);
    await watcher.until(watcher.state);
    const version = watcher.state()?.version ?? 0;
    await talk.stub.patch({ access: ada, patch: { title: 'Renamed elsewhere' }, requestId });
    await watcher.until(() => (watcher.state()?.version ?? 0) > version);
    expect(watcher.people()).toBeUndefined();
    await watcher.leave();
  });

  it('ends with a typed event when the conversation is deleted', async () => {
    const talk = await newPlace(eli);
    await say(world, talk, vic, {}, 'one');
    const watcher = await watch(talk, vic);
    await watcher.until(watcher.state);
    await talk.stub.remove({ access: eli, requestId });
    expect((await watcher.rest()).at(-1)).toEqual({ type: 'end', reason: 'refused', code: 'NOT_FOUND' });
  });

  it('ends with a typed event when retention deletes the conversation', async () => {
    const talk = newTalk(vic);
    await say(world, talk, vic, {}, 'one');
    const watcher = await watch(talk, vic);
    await watcher.until(watcher.state);
    const owner = { orgId: vic.orgId, subject: vic.subject };
    await expect.poll(() => talk.stub.removeByRetention({ ...owner, lastChangedAt: Date.now() })).toBe('removed');
    expect((await watcher.rest()).at(-1)).toEqual({ type: 'end', reason: 'refused', code: 'NOT_FOUND' });
  });

  it("closes a person's oldest watch when they open too many", async () => {
    const talk = await newPlace(eli);
    const watchers = [];
    for (let count = 0; count < 7; count += 1) watchers.push(await watch(talk, vic));
    const [oldest, ...others] = watchers;
    expect((await oldest?.rest())?.at(-1)).toMatchObject({ type: 'end', reason: 'replaced' });
    for (const other of others) {
      await other.until(other.state);
      await other.leave();
    }
  });
});

describe('a member who leaves a shared place (R13)', () => {
  let time: ReturnType<typeof holdTime>;
  beforeEach(() => {
    time = holdTime();
  });
  afterEach(async () => {
    time.restore();
    for (const subject of [ADA, ELI, VIC]) await ageSnapshot(subject, 60_000);
  });

  it('ends their watch with a typed event at the next check, and the others see them leave', async () => {
    const talk = await newPlace(eli);
    const gone = await watch(talk, vic);
    const stays = await watch(talk, ada);
    await stays.until(() => stays.people()?.length === 2);
    world.state.left.add(vic.userId);
    time.pass(20_000);
    await time.beat(talk);
    expect((await gone.rest()).at(-1)).toEqual({ type: 'end', reason: 'refused', code: 'ACCESS_REVOKED' });
    await stays.until(() => stays.people()?.length === 1);
    expect(stays.people()).toEqual(['Ada Moreau']);
    await stays.leave();
    expect((await watch(talk, vic)).status).toBe(404);
  });

  it("cuts off another member's answer for them only, with a typed error", async () => {
    const talk = await newPlace(eli);
    const call = callOf(talk, eli);
    const own = readerOf(await ask(talk, call));
    const asked = await world.nextCall();
    asked.send(HEAD, piece('before '));
    await own.until('before ');
    const other = readerOf(await rejoin(talk, vic, call.run.runId));
    await other.until('before ');
    world.state.left.add(vic.userId);
    time.pass(20_000);
    await time.beat(talk);
    const seen = await other.rest();
    expect(seen).toContain('ACCESS_REVOKED');
    asked.send(piece('after'), TAIL);
    expect(lastOf(await own.rest())).toMatchObject({ type: 'RUN_FINISHED' });
    expect(seen).not.toContain('after');
    expect((await rejoin(talk, vic, call.run.runId)).status).toBe(404);
  });

  it('ends their own run with a typed error, and admits nothing more from them', async () => {
    const talk = await newPlace(eli);
    const call = callOf(talk, vic);
    const reader = readerOf(await ask(talk, call));
    const asked = await world.nextCall();
    asked.send(HEAD, piece('shown '));
    await reader.until('shown ');
    world.state.left.add(vic.userId);
    time.pass(30_000);
    await time.beat(talk);
    await asked.aborted();
    expect(lastOf(await reader.rest())).toMatchObject({ type: 'RUN_ERROR', code: 'ACCESS_REVOKED' });
    expect((await ask(talk, callOf(talk, vic))).status).toBe(404);
    const { messages } = await shownMessages(talk, eli);
    expect(messages.at(-1)).toMatchObject({ status: 'failed', parts: [{ type: 'text', content: 'shown ' }] });
  });

  it('does not answer a question of theirs that waited in the queue', async () => {
    const talk = await newPlace(eli);
    const running = readerOf(await ask(talk, callOf(talk, eli)));
    const first = await world.nextCall();
    const queued = readerOf(await ask(talk, callOf(talk, vic)));
    world.state.left.add(vic.userId);
    time.pass(26_000);
    first.send(HEAD, piece('first'), TAIL);
    await running.rest();
    const second = await world.nextCall();
    second.send(HEAD, piece('secret'));
    const text = await queued.rest();
    expect(lastOf(text)).toMatchObject({ type: 'RUN_ERROR', code: 'ACCESS_REVOKED' });
    expect(text).not.toContain('secret');
  });

  it('checks access again before admitting a message when the last check is too old', async () => {
    const talk = await newPlace(eli);
    await say(world, talk, vic, {}, 'one');
    world.state.left.add(vic.userId);
    time.pass(26_000);
    expect((await ask(talk, callOf(talk, vic))).status).toBe(404);
  });
});
