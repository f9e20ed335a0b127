import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Access } from '../principal.ts';
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
} from './conversation-client.fixture.ts';
import { createWorld, HEAD, piece, TAIL, type World } from './gated-world.fixture.ts';
import type { RunCall } from './requests.ts';
import { holdTime, newPlace, say, watch } from './shared-talk.fixture.ts';
import { shownMessages } from './tool-talk.fixture.ts';

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
  it('tells at once how things stand, and of each run that begins, waits and ends', async () => {
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

  it('leaves no gap: what began while one was away is found, and so is what began and ended', async () => {
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
    // What a page reads is as new as what it is told.
    expect((await shownMessages(talk, vic)).standing).toMatchObject({ version: after.state()?.version });
    await after.leave();
  });

  it('says who is here, each once, and tells when somebody comes or goes', async () => {
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

  it('is there for one’s own conversation too, tells what another device changed, and nobody who is here', async () => {
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

  it('ends typed where the conversation is deleted', async () => {
    const talk = await newPlace(eli);
    await say(world, talk, vic, {}, 'one');
    const watcher = await watch(talk, vic);
    await watcher.until(watcher.state);
    await talk.stub.remove({ access: eli, requestId });
    expect((await watcher.rest()).at(-1)).toEqual({ type: 'end', reason: 'refused', code: 'NOT_FOUND' });
  });

  it('ends typed where the rule that keeps the newest deletes the conversation', async () => {
    const talk = newTalk(vic);
    await say(world, talk, vic, {}, 'one');
    const watcher = await watch(talk, vic);
    await watcher.until(watcher.state);
    await talk.stub.removeByRetention({ orgId: vic.orgId, subject: vic.subject });
    expect((await watcher.rest()).at(-1)).toEqual({ type: 'end', reason: 'refused', code: 'NOT_FOUND' });
  });

  it('of one person only so many are open: the oldest makes room', async () => {
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

describe('R13: who leaves the place is out within a minute', () => {
  let time: ReturnType<typeof holdTime>;
  beforeEach(() => {
    time = holdTime();
  });
  afterEach(async () => {
    time.restore();
    for (const subject of [ADA, ELI, VIC]) await ageSnapshot(subject, 60_000);
  });

  it('a watch ends typed at the next beat, and the others learn of the going', async () => {
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

  it('an answer that somebody else is given is cut off for them alone, typed, in the middle', async () => {
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

  it('their own run ends typed in the middle, and what they ask after that is not taken', async () => {
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

  it('a question that waited in the queue meanwhile is answered by nobody', async () => {
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

  it('a word that is older than it may be is asked again before a message is taken', async () => {
    const talk = await newPlace(eli);
    await say(world, talk, vic, {}, 'one');
    world.state.left.add(vic.userId);
    time.pass(26_000);
    expect((await ask(talk, callOf(talk, vic))).status).toBe(404);
  });
});
