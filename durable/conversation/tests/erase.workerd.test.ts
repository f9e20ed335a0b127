// Erasing one user's messages from a shared conversation; everything else stays.
import { runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Access } from '../../principal.ts';
import { ADA, accessOf, ask, callOf, ELI, readerOf, rowsOf, VIC } from './conversation-client.fixture.ts';
import { createWorld, HEAD, piece, type World } from './gated-world.fixture.ts';
import { newPlace, say } from './shared-talk.fixture.ts';

let world: World;
let eli: Access;
let vic: Access;
beforeEach(async () => {
  world = createWorld();
  eli = await accessOf(ELI);
  vic = await accessOf(VIC);
});
afterEach(() => world.restore());

it("erases one person's messages and the answers to them, in the outbox too", async () => {
  const talk = await newPlace(eli);
  world.state.database = 'up';
  await say(world, talk, eli, { text: 'eli begins' }, 'an answer to eli');
  world.state.database = 'down';
  await say(world, talk, eli, { text: 'eli says more' }, 'more for eli');
  world.state.database = 'up';
  await say(world, talk, vic, { text: 'vic asks' }, 'an answer to vic');
  const running = readerOf(await ask(talk, callOf(talk, eli, { text: 'eli still speaks' })));
  const provider = await world.nextCall();
  provider.send(HEAD, piece('half an answer'));
  await running.until('half an answer');

  const standInId = crypto.randomUUID();
  await talk.stub.chore({ kind: 'erase-words', person: { userId: eli.userId, standInId } });
  await talk.stub.chore({ kind: 'erase-words', person: { userId: eli.userId, standInId } });
  await provider.aborted();
  await running.rest().catch(() => undefined);

  const everything = await runInDurableObject(talk.stub, (_object, { storage }) =>
    ['session', 'runs', 'messages', 'events', 'approvals', 'outbox'].flatMap((table) =>
      storage.sql
        .exec(`select * from ${table}`)
        .toArray()
        .map((row) => `${table}: ${JSON.stringify(row)}`),
    ),
  );
  for (const said of [
    'eli begins',
    'answer to eli',
    'eli says more',
    'more for eli',
    'eli still',
    'half an answer',
    eli.userId,
    ELI,
    'Eli Okafor',
  ])
    expect(everything.filter((row) => row.includes(said))).toEqual([]);
  const page = await talk.stub.messages({ access: vic, limit: 50, before: null });
  if (!page.ok) throw new Error(page.code);
  const texts = page.messages.map(({ parts }) =>
    parts.map((part) => (part.type === 'text' ? part.content : '')).join(''),
  );
  expect(texts).toEqual(expect.arrayContaining(['vic asks', 'an answer to vic', '[erased]']));
  expect(await rowsOf(talk, 'select owner_id from session')).toEqual([{ owner_id: standInId }]);
});

it('lets others continue, and shows the model erased turns as erased', async () => {
  const ada = await accessOf(ADA);
  const talk = await newPlace(ada);
  await say(world, talk, vic, { text: 'secret of vic' }, 'known');
  await talk.stub.chore({ kind: 'erase-words', person: { userId: vic.userId, standInId: crypto.randomUUID() } });
  const call = callOf(talk, ada, { text: 'and now?' });
  const reader = readerOf(await ask(talk, call));
  const provider = await world.nextCall();
  expect(JSON.stringify(provider.body.messages)).not.toContain('secret of vic');
  provider.send(HEAD, piece('fine'));
  await reader.until('fine');
  await reader.leave();
});
