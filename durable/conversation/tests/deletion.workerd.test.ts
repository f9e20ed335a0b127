import { abortAllDurableObjects, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunCall } from '../../contracts/conversation.ts';
import type { Access } from '../../principal.ts';
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
  type Talk,
} from './conversation-client.fixture.ts';
import { createWorld, HEAD, piece, TAIL, type World } from './gated-world.fixture.ts';

let world: World;
let access: Access;
beforeEach(async () => {
  world = createWorld();
  access = await accessOf(ADA);
});
afterEach(() => world.restore());

async function tablesOf(talk: Talk): Promise<string[]> {
  const query = "select name from sqlite_master where type = 'table' and name not glob '[_]cf[_]*' order by name";
  const rows = await runInDurableObject(talk.stub, (_object, { storage }) =>
    storage.sql.exec<{ name: string }>(query).toArray(),
  );
  return rows.map(({ name }) => name);
}

const sizeOf = (talk: Talk): Promise<number> =>
  runInDurableObject(talk.stub, (_object, { storage }) => storage.sql.databaseSize);

/** An unread body would keep the object from being evicted. */
async function statusOf(talk: Talk, call: RunCall): Promise<number> {
  const response = await ask(talk, call);
  await response.body?.cancel();
  return response.status;
}

describe('deletion', () => {
  it('stops the running answer, erases the content, and stays deleted (R4)', async () => {
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
    // Not the user's own stop, for the running answer and for the one that waits.
    const deleted = { type: 'RUN_ERROR', code: 'CONVERSATION_DELETED' };
    expect(lastOf(await reader.rest())).toMatchObject(deleted);
    expect(lastOf(await queued.rest())).toMatchObject(deleted);
    await expect.poll(() => tablesOf(talk)).toEqual(['schema_version', 'session']);
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

  it('refuses a message while the conversation is being deleted', async () => {
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
    await expect.poll(() => tablesOf(talk)).toEqual(['schema_version', 'session']);
  });

  it('frees its storage once everything is delivered, and stays deleted', async () => {
    let talk = newTalk(access);
    const call = callOf(talk, access, { text: 'words to forget' });
    const reader = readerOf(await ask(talk, call));
    (await world.nextCall()).send(HEAD, piece('an answer'), TAIL);
    await reader.rest();
    const before = await sizeOf(talk);
    world.state.database = 'down';
    const requestId = crypto.randomUUID();
    expect(await talk.stub.remove({ access, requestId })).toEqual({ ok: true, removed: true });
    expect(await tablesOf(talk)).toContain('outbox');
    world.state.database = 'up';
    await runDurableObjectAlarm(talk.stub);
    await expect.poll(() => tablesOf(talk)).toEqual(['schema_version', 'session']);
    expect(await sizeOf(talk)).toBeLessThan(before / 3);

    for (const restart of [false, true]) {
      if (restart) await abortAllDurableObjects();
      if (restart) talk = newTalk(access, talk.sessionId);
      const decision = { approvalId: crypto.randomUUID(), approve: false, digest: 'd'.repeat(64), requestId };
      const runId = crypto.randomUUID();
      expect(await talk.stub.read({ access })).toEqual({ ok: false, code: 'NOT_FOUND' });
      expect(await talk.stub.decide({ access, settings: [], runId, ...decision })).toMatchObject({ ok: false });
      expect(await talk.stub.cancel({ access, runId: call.run.runId })).toEqual({ ok: false, code: 'NOT_FOUND' });
      expect(await statusOf(talk, call)).toBe(404);
      expect(await statusOf(talk, callOf(talk, { ...access, tokenAllowance: 1 }))).toBe(404);
      await talk.stub.chore({ kind: 'retry-parked' });
      await runDurableObjectAlarm(talk.stub);
      expect(await tablesOf(talk)).toEqual(['schema_version', 'session']);
    }
    // An erased object ends, and its stub with it.
    await talk.stub.chore({ kind: 'erase' }).catch(() => undefined);
    expect(await tablesOf(newTalk(access, talk.sessionId))).toEqual([]);
  });

  it('keeps rows that wait for an operator', async () => {
    let talk = newTalk(access);
    const requestId = crypto.randomUUID();
    await talk.stub.create({ access, draft: draftOf(talk), requestId });
    await expect.poll(() => rowsOf(talk, 'select seq from outbox')).toEqual([]);
    await runInDurableObject(talk.stub, (_object, { storage }) =>
      storage.sql.exec("insert into outbox (lane, payload, parked_at) values ('postgres', '[]', 1)"),
    );
    await talk.stub.remove({ access, requestId });
    await expect.poll(() => rowsOf(talk, 'select parked_at from outbox')).toEqual([{ parked_at: 1 }]);
    await abortAllDurableObjects();
    talk = newTalk(access, talk.sessionId);
    expect(await talk.stub.read({ access })).toEqual({ ok: false, code: 'NOT_FOUND' });
    expect(await tablesOf(talk)).toContain('outbox');
  });

  it("spares pinned conversations from retention, and other people's", async () => {
    const talk = newTalk(access);
    const requestId = crypto.randomUUID();
    await talk.stub.create({ access, draft: draftOf(talk), requestId });
    await talk.stub.patch({ access, patch: { pinned: true }, requestId });
    const owner = { orgId: access.orgId, subject: access.subject, lastChangedAt: Date.now() };
    expect(await talk.stub.removeByRetention(owner)).toBe('kept');
    await talk.stub.patch({ access, patch: { pinned: false }, requestId });
    expect(await talk.stub.removeByRetention({ ...owner, subject: ELI })).toBe('kept');
    expect(await talk.stub.removeByRetention({ ...owner, lastChangedAt: Date.now() })).toBe('removed');
  });

  it('is never deleted by retention while a run is live or queued, or if it was used since the decision', async () => {
    const talk = newTalk(access);
    const expire = (lastChangedAt: number) =>
      talk.stub.removeByRetention({ orgId: access.orgId, subject: access.subject, lastChangedAt });
    const decidedAt = Date.now() - 1;
    const reader = readerOf(await ask(talk, callOf(talk, access)));
    const provider = await world.nextCall();
    const queued = readerOf(await ask(talk, callOf(talk, access)));
    provider.send(HEAD, piece('one'));
    await reader.until('one');
    expect(await expire(Date.now())).toBe('kept');
    provider.send(piece('two'), TAIL);
    await reader.until('RUN_FINISHED');
    const next = await world.nextCall();
    expect(await expire(Date.now())).toBe('kept');
    next.send(HEAD, piece('three'), TAIL);
    await queued.until('RUN_FINISHED');
    expect(await expire(decidedAt)).toBe('kept');
    await expect.poll(() => expire(Date.now())).toBe('removed');
  });
});
