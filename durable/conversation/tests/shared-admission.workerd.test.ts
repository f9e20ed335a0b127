import { abortAllDurableObjects, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { accountOf } from '../../contracts/account.ts';
import type { Access } from '../../principal.ts';
import { migrate } from '../../sqlite-migrate.ts';
import { textOf } from '../history/transcript.ts';
import { CONVERSATION_STEPS } from '../sqlite-migrations.ts';
import {
  ADA,
  accessOf,
  ask,
  BO,
  callOf,
  draftOf,
  ELI,
  eventsOf,
  NORA,
  newTalk,
  readerOf,
  rejoin,
  rowsOf,
  saidIn,
  type Talk,
  VIC,
} from './conversation-client.fixture.ts';
import { createWorld, HEAD, piece, TAIL, type World } from './gated-world.fixture.ts';
import { newPlace, say, watch } from './shared-talk.fixture.ts';
import { shownMessages } from './tool-talk.fixture.ts';

let world: World;
let ada: Access;
let eli: Access;
let vic: Access;
let bo: Access;
beforeEach(async () => {
  world = createWorld();
  [ada, eli, vic, bo] = await Promise.all([accessOf(ADA), accessOf(ELI), accessOf(VIC), accessOf(BO)]);
});
afterEach(() => world.restore());

const requestId = crypto.randomUUID();
const NOT_FOUND = { ok: false, code: 'NOT_FOUND' };
/** A UUID of the version that marks places. */
const placeId = (): string => crypto.randomUUID().replace(/^(.{14})./, '$18');
const messageOf = ({ sessionId }: Talk, text: string) => ({
  ...{ sessionId, text, model: null, mode: 'chat' as const, programId: null, designId: null },
});
const tablesOf = (talk: Talk) =>
  rowsOf(talk, "select name from sqlite_master where name not like '\\_cf%' escape '\\'");

describe('a shared conversation', () => {
  it('begins with the first message, is named after its brief, and is about its program and design', async () => {
    const talk = await newPlace(eli);
    const { text } = await say(world, talk, vic, { text: 'Where are the fans?' }, 'In the cabinet.');
    expect(eventsOf(text)).toContainEqual({ type: 'CUSTOM', name: 'title', value: { title: 'Quieter cabinet' } });
    const read = await talk.stub.read({ access: ada });
    expect(read).toMatchObject({ ok: true, session: { title: 'Quieter cabinet', audience: 'shared' } });
    expect(read.ok && [read.session.programId, read.session.designId]).toEqual([
      expect.stringMatching(/^0d0a/),
      expect.stringMatching(/^0d0b/),
    ]);
  });

  it('is one transcript for all members, with the author of each message', async () => {
    const talk = await newPlace(eli);
    await say(world, talk, eli, { text: 'one' }, 'first');
    await say(world, talk, ada, { text: 'two' }, 'second');
    await say(world, talk, vic, { text: 'three' }, 'third');
    for (const member of [ada, eli, vic]) {
      const { messages } = await shownMessages(talk, member);
      expect(messages.map(({ author, parts }) => [author?.name ?? null, textOf(parts)])).toEqual([
        ['Eli Okafor', 'one'],
        [null, 'first'],
        ['Ada Moreau', 'two'],
        [null, 'second'],
        ['Vic Tanaka', 'three'],
        [null, 'third'],
      ]);
      expect(messages[0]?.author?.id).toBe(eli.userId);
    }
  });

  it('can be opened before the first message, and stores nothing then', async () => {
    const talk = await newPlace(eli);
    expect(await shownMessages(talk, vic)).toMatchObject({ messages: [], cursor: null, standing: { active: null } });
    expect(await talk.stub.read({ access: vic })).toMatchObject({
      ok: true,
      session: { id: talk.sessionId, title: 'Quieter cabinet' },
    });
    const watcher = await watch(talk, vic);
    await watcher.until(watcher.state);
    await watcher.leave();
    expect(await tablesOf(talk)).toEqual([]);
  });

  it('can be created by name, and takes its properties from the place', async () => {
    const talk = await newPlace(eli);
    const draft = { ...draftOf(talk), title: 'Mine', programId: 'OTHER' };
    expect(await talk.stub.create({ access: vic, draft, requestId })).toMatchObject({
      ok: true,
      session: { title: 'Quieter cabinet', audience: 'shared', programId: expect.stringMatching(/^0d0a/) },
    });
    expect(await talk.stub.create({ access: ada, draft, requestId })).toMatchObject({
      ok: true,
      session: { title: 'Quieter cabinet' },
    });
  });

  it('queues turns of all members in order', async () => {
    const talk = await newPlace(eli);
    const readers = [];
    for (const [access, text] of [
      [eli, 'one'],
      [ada, 'two'],
      [vic, 'three'],
    ] as const)
      readers.push(readerOf(await ask(talk, callOf(talk, access, { text }))));
    const { standing } = await shownMessages(talk, vic);
    expect([standing.active?.author.name, ...standing.queue.map(({ author }) => author.name)]).toEqual([
      'Eli Okafor',
      'Ada Moreau',
      'Vic Tanaka',
    ]);
    for (const [index, reader] of readers.entries()) {
      (await world.nextCall()).send(HEAD, piece(`answer ${index}`), TAIL);
      expect(saidIn(await reader.rest())).toBe(`answer ${index}`);
    }
  });

  it('refuses a run id that another member used', async () => {
    const talk = await newPlace(eli);
    const { runId } = await say(world, talk, eli, { text: 'same words' }, 'first');
    const again = await ask(talk, callOf(talk, ada, { text: 'same words', runId }));
    expect([again.status, await again.json()]).toMatchObject([422, { code: 'RUN_ID_REUSED' }]);
  });

  it('uses a model that a member names for their turn only', async () => {
    const talk = await newPlace(eli);
    const one = await say(world, talk, vic, { text: 'one', model: 'claude-opus-4-7' }, 'first');
    const two = await say(world, talk, ada, { text: 'two' }, 'second');
    expect([one.asked.body.model, two.asked.body.model]).toEqual(['claude-opus-4-7', 'claude-sonnet-5-5']);
  });
});

describe('for non-members a shared conversation does not exist (R12)', () => {
  it("gives people of another program or org the replies of a place that doesn't exist", async () => {
    const talk = await newPlace(eli);
    const { runId } = await say(world, talk, eli, { text: 'ours' }, 'secret');
    const nora = await accessOf(NORA);
    const answers = async (stranger: Access, at: Talk) => {
      const [replay, watched, asked] = await Promise.all([
        rejoin(at, stranger, runId),
        watch(at, stranger),
        ask(at, callOf(at, stranger)),
      ]);
      return [
        await at.stub.read({ access: stranger }),
        await at.stub.messages({ access: stranger, limit: 50, before: null }),
        await at.stub.patch({ access: stranger, patch: { model: 'claude-opus-4-7' }, requestId }),
        await at.stub.cancel({ access: stranger, runId }),
        await at.stub.remove({ access: stranger, requestId }),
        await at.stub.create({ access: stranger, draft: draftOf(at), requestId }),
        await at.stub.estimate({ access: stranger, draft: messageOf(at, 'What is said there?') }),
        [replay.status, await replay.json(), watched.status, asked.status, await asked.json()],
      ];
    };
    const missing = await answers(bo, newTalk(bo, placeId()));
    expect(missing[0]).toEqual(NOT_FOUND);
    expect(await answers(bo, talk)).toEqual(missing);
    expect(await answers(nora, newTalk(nora, talk.sessionId))).toEqual(missing);
    // Even if an object were addressed with the wrong org's name.
    expect(await answers(nora, talk)).toEqual(missing);
    expect((await shownMessages(talk, ada)).messages).toHaveLength(2);
  });

  it("stores nothing for a stranger's first message, and begins shared with a member's", async () => {
    const talk = await newPlace(eli);
    expect((await ask(talk, callOf(talk, bo, { text: 'mine now' }))).status).toBe(404);
    expect(await tablesOf(talk)).toEqual([]);
    await say(world, talk, vic, { text: 'ours' }, 'yes');
    expect((await shownMessages(talk, eli)).messages[0]?.author?.name).toBe('Vic Tanaka');
    expect(world.calls).toHaveLength(1);
  });

  it('creates nothing under a place id without a place', async () => {
    const talk = newTalk(bo, placeId());
    expect((await ask(talk, callOf(talk, bo))).status).toBe(404);
    expect(await talk.stub.create({ access: ada, draft: draftOf(talk), requestId })).toEqual(NOT_FOUND);
    expect(await tablesOf(talk)).toEqual([]);
  });

  it('leaves an older private conversation under such an id to its owner', async () => {
    const talk = await newPlace(eli);
    await runInDurableObject(talk.stub, (_object, { storage }) => {
      migrate(storage.sql, CONVERSATION_STEPS.slice(0, 2));
      storage.sql.exec(
        `insert into session (only_row, id, org_id, owner_id, owner_subject, title, pinned, created_at, updated_at, version, history_from)
         values (1, ?, ?, ?, ?, 'old', 0, 1, 1, 1, 0)`,
        talk.sessionId,
        bo.orgId,
        bo.userId,
        bo.subject,
      );
    });
    await abortAllDurableObjects();
    const woken = newTalk(bo, talk.sessionId);
    expect(await woken.stub.read({ access: bo })).toMatchObject({ ok: true, session: { title: 'old' } });
    expect(await woken.stub.read({ access: eli })).toEqual(NOT_FOUND);
    expect((await ask(woken, callOf(woken, eli))).status).toBe(404);
  });
});

describe('cost of access checks', () => {
  it('are not made for a private conversation', async () => {
    const talk = newTalk(ada);
    await say(world, talk, ada, {}, 'at once');
    await say(world, talk, ada, {}, 'again');
    expect(world.state.placeQuestions).toBe(0);
  });

  it('are cached for each person for a while', async () => {
    const talk = await newPlace(eli);
    await say(world, talk, eli, {}, 'one');
    await say(world, talk, eli, {}, 'two');
    await shownMessages(talk, eli);
    expect(world.state.placeQuestions).toBe(1);
    await shownMessages(talk, vic);
    expect(world.state.placeQuestions).toBe(2);
  });

  it('let a recent member continue without Postgres, and no one else (R48)', async () => {
    const talk = await newPlace(eli);
    await say(world, talk, eli, {}, 'one');
    world.state.database = 'down';
    await say(world, talk, eli, {}, 'two');
    expect(await talk.stub.read({ access: ada })).toMatchObject({ ok: false, code: 'DATABASE_UNAVAILABLE' });
    expect((await ask(talk, callOf(talk, ada))).status).toBe(503);
  });

  it("estimate a message with the place's brief and the author line", async () => {
    const talk = await newPlace(eli);
    await say(world, talk, eli, { text: 'one' }, 'first');
    const estimated = await talk.stub.estimate({ access: vic, draft: messageOf(talk, 'two') });
    await say(world, talk, vic, { text: 'two' }, 'second');
    const asked = await rowsOf<{ prompt_tokens: number }>(talk, 'select prompt_tokens from runs order by ordinal');
    expect(estimated).toMatchObject({ ok: true, promptTokens: asked[1]?.prompt_tokens });
  });

  it("is in no one's list, and members find their own runs by id", async () => {
    const talk = await newPlace(eli);
    const { runId } = await say(world, talk, vic, {}, 'one');
    const found = async (access: Access) =>
      accountOf(env, access.subject)
        .findRun({ orgId: access.orgId, runId })
        .then((id) => id ?? undefined);
    await expect.poll(() => found(vic)).toBe(talk.sessionId);
    expect(await found(eli)).toBeUndefined();
    for (const access of [ada, eli, vic]) {
      const list = await accountOf(env, access.subject).listSessions({ orgId: access.orgId, limit: 100 });
      expect(list.ok && list.sessions.some(({ id }) => id === talk.sessionId)).toBe(false);
    }
  });
});
