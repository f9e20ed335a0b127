import { EventSchemas } from '@ag-ui/core/schemas';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Access } from '../../principal.ts';
import {
  ADA,
  accessOf,
  ageSnapshot,
  ask,
  callOf,
  ELI,
  eventsOf,
  lastOf,
  NORA,
  newTalk,
  readerOf,
  rejoin,
  rowsOf,
} from '../tests/conversation-client.fixture.ts';
import { createWorld, until, type World, words } from '../tests/gated-world.fixture.ts';
import {
  answerAll,
  cardsIn,
  countParts,
  createPart,
  decide,
  decideAndRead,
  faultsOf,
  findDraftPart,
  firstOf,
  propose,
  resumeCall,
  shownMessages,
  uniqueName,
} from '../tests/tool-talk.fixture.ts';

let world: World;
let access: Access;
beforeEach(async () => {
  world = createWorld();
  access = await accessOf(ADA);
});
afterEach(() => world.restore());

const cardOf = async (talk: Parameters<typeof shownMessages>[0]) =>
  (await shownMessages(talk, access)).messages.flatMap(({ confirmations }) => confirmations)[0];

describe("the model proposes and the user's click decides (R27)", () => {
  it('turns a write into an approval and an interrupt, and changes nothing', async () => {
    const name = uniqueName();
    const { talk, text, runId, cards } = await propose(world, access, createPart(name));
    for (const event of eventsOf(text)) expect(EventSchemas.safeParse(event).error).toBeUndefined();
    expect(cards).toMatchObject([{ state: 'pending', toolCallId: 'toolu_create', card: { action: 'create' } }]);
    expect(lastOf(text)).toMatchObject({
      type: 'RUN_FINISHED',
      outcome: {
        type: 'interrupt',
        interrupts: [
          {
            id: firstOf(cards),
            toolCallId: 'toolu_create',
            metadata: { 'tanstack:interruptBinding': { interruptedRunId: runId, toolName: 'create_item' } },
          },
        ],
      },
    });
    expect(text).not.toContain('TOOL_CALL_RESULT');
    expect(await countParts(access, name)).toBe(0);
    expect((await shownMessages(talk, access)).waiting).toMatchObject({ runId, interrupts: [{ id: firstOf(cards) }] });
  });

  it('runs a confirmed write once, and reports the result to the page and the model', async () => {
    const name = uniqueName();
    const { talk, cards } = await propose(world, access, createPart(name));
    const { text, asked } = await decideAndRead(world, talk, access, {
      approvalId: firstOf(cards),
      answer: 'It is made.',
    });
    for (const event of eventsOf(text)) expect(EventSchemas.safeParse(event).error).toBeUndefined();
    expect(eventsOf(text).map((event) => (event.type === 'CUSTOM' ? event.name : event.type))).toEqual([
      'RUN_STARTED',
      'TOOL_CALL_RESULT',
      'confirmation',
      'TEXT_MESSAGE_START',
      'TEXT_MESSAGE_CONTENT',
      'TEXT_MESSAGE_END',
      'cost',
      'RUN_FINISHED',
    ]);
    expect(cardsIn(text)).toMatchObject([
      { state: 'confirmed', outcome: { path: expect.stringMatching(/^\/workspace\/items\//) } },
    ]);
    expect(asked && faultsOf(asked)).toEqual([]);
    expect(JSON.stringify(asked?.body.messages)).toMatch(/PN-\d{6}/);
    expect(await countParts(access, name)).toBe(1);
    const { messages, waiting } = await shownMessages(talk, access);
    expect(waiting).toBeNull();
    expect(messages[1]?.replies).toMatchObject([{ callId: 'toolu_create', isError: false }]);
    expect(messages.at(-1)).toMatchObject({ role: 'assistant', parts: [{ content: 'It is made.' }] });
  });

  it('changes nothing when the user cancels, and reports that to the model', async () => {
    const name = uniqueName();
    const { talk, cards } = await propose(world, access, createPart(name));
    const { text, asked } = await decideAndRead(world, talk, access, { approvalId: firstOf(cards), approve: false });
    expect(cardsIn(text)).toMatchObject([{ state: 'cancelled' }]);
    expect(JSON.stringify(asked?.body.messages)).toContain('declined');
    expect(await countParts(access, name)).toBe(0);
    expect(await decide(talk, access, firstOf(cards))).toMatchObject({ ok: false, code: 'APPROVAL_DECIDED' });
  });

  it("accepts AG-UI's resume as a decision, and replays a repeated one", async () => {
    const name = uniqueName();
    const { talk, cards } = await propose(world, access, createPart(name));
    const call = resumeCall(talk, access, [{ approvalId: firstOf(cards), approve: true }]);
    const reader = readerOf(await ask(talk, call));
    await answerAll(world, ['Made.']);
    const text = await reader.rest();
    expect(cardsIn(text)).toMatchObject([{ state: 'confirmed' }]);
    expect(await readerOf(await ask(talk, call)).rest()).toBe(text);
    const again = await ask(talk, resumeCall(talk, access, [{ approvalId: firstOf(cards), approve: true }]));
    expect([again.status, await again.json()]).toMatchObject([409, { code: 'APPROVAL_DECIDED' }]);
    expect(await countParts(access, name)).toBe(1);
  });
});

describe('approvals are bound, single-use and expire (R28)', () => {
  it('500 clicks at once have one effect', async () => {
    const name = uniqueName();
    const { talk, cards } = await propose(world, access, createPart(name));
    const clicks = Promise.all(Array.from({ length: 500 }, () => decide(talk, access, firstOf(cards))));
    await answerAll(world, ['Made.']);
    const answers = await clicks;
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    expect(answers.filter((answer) => !answer.ok && answer.code === 'APPROVAL_DECIDED')).toHaveLength(499);
    await until(() => world.calls.length === 2);
    expect(await countParts(access, name)).toBe(1);
  });

  it('refuses an altered or unknown id, and one of another conversation or user', async () => {
    const name = uniqueName();
    const { talk, cards } = await propose(world, access, createPart(name));
    const other = await propose(world, access, createPart(uniqueName()));
    const id = firstOf(cards);
    const altered = `${id.slice(0, -1)}${id.endsWith('0') ? '1' : '0'}`;
    const missing = { ok: false, code: 'NOT_FOUND' };
    expect(await decide(talk, access, altered)).toMatchObject(missing);
    expect(await decide(talk, access, crypto.randomUUID())).toMatchObject(missing);
    expect(await decide(other.talk, access, id)).toMatchObject(missing);
    expect(await decide(talk, await accessOf(ELI), id)).toMatchObject(missing);
    expect(await decide(talk, await accessOf(NORA), id)).toMatchObject(missing);
    expect(await decide(newTalk(access), access, id)).toMatchObject(missing);
    const stolen = await ask(talk, resumeCall(talk, await accessOf(ELI), [{ approvalId: id, approve: true }]));
    expect(stolen.status).toBe(404);
    expect(await countParts(access, name)).toBe(0);
    expect(world.calls).toHaveLength(2);
  });

  it('can only be canceled after five minutes', async () => {
    const name = uniqueName();
    const { talk, cards } = await propose(world, access, createPart(name));
    const [row] = await rowsOf<{ life: number }>(talk, 'select expires_at - created_at as life from approvals');
    expect(row?.life).toBe(300_000);
    await rowsOf(talk, `update approvals set expires_at = ${Date.now()}`);
    expect(await decide(talk, access, firstOf(cards))).toMatchObject({ ok: false, code: 'APPROVAL_EXPIRED' });
    expect(await cardOf(talk)).toMatchObject({ state: 'expired' });
    expect((await shownMessages(talk, access)).waiting).toBeNull();
    expect(await countParts(access, name)).toBe(0);
  });

  it.each([
    ['the arguments', `update approvals set input = replace(input, 'Motor', 'Rotor')`],
    [
      'the digest',
      "update approvals set digest = case when digest like 'f%' then 'e' else 'f' end || substr(digest, 2)",
    ],
    ['the tool', `update approvals set tool = 'create_change_order'`],
  ])('where %s was altered in storage nothing runs', async (_name, statement) => {
    const name = uniqueName();
    const { talk, cards } = await propose(world, access, createPart(name));
    await rowsOf(talk, statement);
    const { text } = await decideAndRead(world, talk, access, { approvalId: firstOf(cards) });
    expect(cardsIn(text)).toMatchObject([{ state: 'failed' }]);
    expect(await countParts(access, name)).toBe(0);
    expect(await countParts(access, name.replace('Motor', 'Rotor'))).toBe(0);
  });

  it('refuses when a row changed since the approval was shown, and tells the model (R29)', async () => {
    const part = await findDraftPart(access);
    const update = (id: string, material: string) => ({
      id,
      name: 'update_item',
      input: { itemId: part.id, material },
    });
    const first = await propose(world, access, update('toolu_a', `Steel ${uniqueName()}`));
    const second = await propose(world, access, update('toolu_b', `Brass ${uniqueName()}`));
    const done = await decideAndRead(world, first.talk, access, { approvalId: firstOf(first.cards) });
    expect(cardsIn(done.text)).toMatchObject([{ state: 'confirmed' }]);
    const stale = await decideAndRead(world, second.talk, access, { approvalId: firstOf(second.cards) });
    expect(cardsIn(stale.text)).toMatchObject([{ state: 'failed' }]);
    expect(JSON.stringify(stale.asked?.body.messages)).toContain('STALE');
  });

  it('refuses when a permission was lost before the click (R29)', async () => {
    const name = uniqueName();
    const { talk, cards } = await propose(world, access, createPart(name));
    const permissions = access.permissions.filter((permission) => permission !== 'parts:create');
    const { text } = await decideAndRead(world, talk, { ...access, permissions }, { approvalId: firstOf(cards) });
    expect(cardsIn(text)).toMatchObject([{ state: 'failed' }]);
    expect(text).toContain('FORBIDDEN');
    expect(await countParts(access, name)).toBe(0);
  });

  it('runs nothing and says why when the membership was lost before the click (R13)', async () => {
    const name = uniqueName();
    const { talk, cards } = await propose(world, access, createPart(name));
    world.state.memberships = 'none';
    const old = { ...access, confirmedAt: Date.now() - 31_000 };
    await ageSnapshot(ADA, 31_000);
    expect(await decide(talk, old, firstOf(cards))).toMatchObject({ ok: false, code: 'ACCESS_REVOKED' });
    world.state.memberships = 'real';
    await ageSnapshot(ADA, 31_000);
    await until(() => world.state.membershipQuestions > 0);
    expect(await cardOf(talk)).toMatchObject({ state: 'failed' });
    expect(await countParts(access, name)).toBe(0);
  });

  it('refuses a click while the access check fails, and stays pending (R48)', async () => {
    const name = uniqueName();
    const { talk, cards } = await propose(world, access, createPart(name));
    const old = { ...access, confirmedAt: Date.now() - 31_000 };
    await ageSnapshot(ADA, 31_000);
    world.state.database = 'down';
    const unknown = { ok: false, code: 'DATABASE_UNAVAILABLE' };
    expect(await decide(talk, old, firstOf(cards))).toMatchObject(unknown);
    expect(await decide(talk, old, firstOf(cards), false)).toMatchObject(unknown);
    const resumed = await ask(talk, resumeCall(talk, old, [{ approvalId: firstOf(cards), approve: true }]));
    expect([resumed.status, await resumed.json()]).toMatchObject([503, { code: 'DATABASE_UNAVAILABLE' }]);
    expect(await cardOf(talk)).toMatchObject({ state: 'pending', decidedAt: null, decidedBy: null });
    expect((await shownMessages(talk, access)).waiting).toMatchObject({ interrupts: [{ id: firstOf(cards) }] });

    world.state.database = 'up';
    expect(await countParts(access, name)).toBe(0);
    const { text } = await decideAndRead(world, talk, access, { approvalId: firstOf(cards) });
    expect(cardsIn(text)).toMatchObject([{ state: 'confirmed' }]);
    expect(await countParts(access, name)).toBe(1);
  });

  it('stays pending when the access check fails between the click and its run (R48)', async () => {
    const { talk, cards } = await propose(world, access, createPart(uniqueName()));
    const running = readerOf(await ask(talk, callOf(talk, access)));
    const provider = await world.nextCall();
    // The click waits for the running answer, and rights are checked again when its turn comes.
    const clicked = await decide(talk, { ...access, confirmedAt: Date.now() - 31_000 }, firstOf(cards));
    expect(clicked).toMatchObject({ ok: true });
    expect(await decide(talk, access, firstOf(cards))).toMatchObject({ ok: false, code: 'APPROVAL_DECIDED' });
    await ageSnapshot(ADA, 11 * 60_000);
    world.state.database = 'down';
    provider.send(words('The answer under way.'));
    provider.end();
    await running.rest();
    const text = await readerOf(await rejoin(talk, access, clicked.ok ? clicked.runId : '')).rest();
    expect(lastOf(text)).toMatchObject({ type: 'RUN_ERROR', code: 'DATABASE_UNAVAILABLE' });
    // The time lets a page that shows the decision as confirmed see that it no longer is.
    expect(await cardOf(talk)).toMatchObject({ state: 'pending', decidedAt: null, reopenedAt: expect.any(Number) });
    world.state.database = 'up';
    const { text: done } = await decideAndRead(world, talk, access, { approvalId: firstOf(cards) });
    expect(cardsIn(done)).toMatchObject([{ state: 'confirmed' }]);
  });
});
