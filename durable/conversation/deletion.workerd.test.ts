import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Access } from '../principal.ts';
import {
  ADA,
  accessOf,
  ask,
  callOf,
  draftOf,
  ELI,
  lastOf,
  newTalk,
  readerOf,
  rowsOf,
} from './conversation-client.fixture.ts';
import { createWorld, HEAD, piece, type World } from './gated-world.fixture.ts';

let world: World;
let access: Access;
beforeEach(async () => {
  world = createWorld();
  access = await accessOf(ADA);
});
afterEach(() => world.restore());

describe('deletion', () => {
  it('R4: stops the turn that runs, erases what was said, and stays deleted', async () => {
    const talk = newTalk(access);
    const call = callOf(talk, access, { text: 'forget these words' });
    const reader = readerOf(await ask(talk, call));
    const queued = readerOf(await ask(talk, callOf(talk, access, { text: 'and these' })));
    const provider = await world.nextCall();
    provider.send(HEAD, piece('spoken words'));
    await reader.until('spoken words');
    const requestId = crypto.randomUUID();
    expect(await talk.stub.remove({ access, requestId })).toEqual({ ok: true, removed: true });
    await provider.aborted();
    expect(lastOf(await reader.rest())).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'cancelled' } });
    await queued.rest();
    for (const table of ['messages', 'events', 'runs'])
      expect(await rowsOf(talk, `select * from ${table}`)).toEqual([]);

    expect(await talk.stub.read({ access })).toEqual({ ok: false, code: 'NOT_FOUND' });
    expect(await talk.stub.remove({ access, requestId })).toEqual({ ok: false, code: 'NOT_FOUND' });
    expect(await talk.stub.create({ access, draft: draftOf(talk), requestId })).toEqual({
      ok: false,
      code: 'NOT_FOUND',
    });
    expect((await ask(talk, call)).status).toBe(404);
    expect((await ask(talk, callOf(talk, access))).status).toBe(404);
    expect(world.calls).toHaveLength(1);
  });

  it('a message that comes while the conversation is being deleted is not taken', async () => {
    const talk = newTalk(access);
    const reader = readerOf(await ask(talk, callOf(talk, access)));
    const provider = await world.nextCall();
    provider.send(HEAD, piece('words'));
    await reader.until('words');
    const [removed, asked] = await Promise.all([
      talk.stub.remove({ access, requestId: crypto.randomUUID() }),
      ask(talk, callOf(talk, access)),
    ]);
    expect(removed).toMatchObject({ ok: true });
    expect(asked.status).toBe(404);
    expect(await rowsOf(talk, 'select * from runs')).toEqual([]);
  });

  it('the retention rule spares what its owner pinned, and is not for strangers', async () => {
    const talk = newTalk(access);
    const requestId = crypto.randomUUID();
    await talk.stub.create({ access, draft: draftOf(talk), requestId });
    await talk.stub.patch({ access, patch: { pinned: true }, requestId });
    const owner = { orgId: access.orgId, subject: access.subject };
    expect(await talk.stub.removeByRetention(owner)).toBe('kept');
    await talk.stub.patch({ access, patch: { pinned: false }, requestId });
    expect(await talk.stub.removeByRetention({ ...owner, subject: ELI })).toBe('kept');
    expect(await talk.stub.removeByRetention(owner)).toBe('removed');
  });
});
