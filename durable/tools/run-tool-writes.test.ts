import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AppError } from '../errors.ts';
import { ACCESS, approve, CONTEXT, createWorld, fault, type ToolOverrides } from './runner.fixture.ts';

beforeEach(() => {
  // Lost results are logged.
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});
afterEach(() => vi.restoreAllMocks());

/** Throws inside an effect, before or after it is done. */
const failing = (when: 'before' | 'after', error: Error): Pick<ToolOverrides, 'effect'> => ({
  effect: (isDone) => {
    if (isDone === (when === 'after')) throw error;
  },
});

test('proposes a write with its card, versions, arguments with defaults, and digest (R27)', async () => {
  const world = createWorld();
  const approval = await approve(world);
  expect(approval).toEqual({
    kind: 'approval',
    tool: 'set_number',
    card: {
      action: 'update',
      title: 'Set to 7',
      message: 'Note: none',
      details: [
        { label: 'Number', before: '1', value: '7' },
        { label: 'Note', value: 'none' },
      ],
    },
    versions: [{ kind: 'number', id: 'n', version: 1 }],
    input: { to: 7, note: 'none' },
    digest: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(world.state.runs).toBe(0);
  expect(world.audits).toMatchObject([
    { event: 'tool.proposed', meta: { actionType: 'update', affectedItemIds: ['7'], wasConfirmed: false } },
  ]);
  expect((await approve(createWorld(), { note: ' none ', to: 7 })).digest).toBe(approval.digest);
  expect((await approve(createWorld(), { to: 8 })).digest).not.toBe(approval.digest);
});

test('shows characters that hide or reorder text in an approval (R30)', async () => {
  const { card } = await approve(createWorld(), { to: 7, note: 'abc\u202Edef\u200Bg' });
  expect(card.message).toBe('Note: abc⟦U+202E⟧def⟦U+200B⟧g');
});

test('runs an approved write with its audit row', async () => {
  const world = createWorld();
  const approval = await approve(world);
  const outcome = await world.runner.execute(CONTEXT, { ...approval, key: 'key-1' });
  expect(outcome).toEqual({ kind: 'result', content: '{"number":7}', link: null });
  expect(world.state).toEqual({ number: 7, version: 2, runs: 1 });
  expect(world.columns).toEqual([
    {
      id: 'effect:key-1',
      event: 'tool.completed',
      tool: 'set_number',
      parameters: { to: 7, note: 'none' },
      actor_user_id: ACCESS.userId,
      session_id: CONTEXT.sessionId,
      run_id: 'run-1',
      request_id: 'request-1',
      message_id: CONTEXT.messageId,
      program_id: CONTEXT.programId,
      design_id: 'D-1',
      provider: 'demo',
      model: 'demo-1',
      _meta: { callId: null, actionType: 'update', wasConfirmed: true },
    },
  ]);
  expect(world.audits.map(({ event }) => event)).toEqual(['tool.proposed']);
});

test('refuses other arguments, another tool or another digest (R28)', async () => {
  const world = createWorld();
  const approval = await approve(world);
  for (const altered of [
    { input: { to: 8, note: 'none' } },
    { input: { to: 7, note: 'other' } },
    { digest: approval.digest.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) },
    { tool: 'bump_number' },
    { tool: 'get_number' },
    { tool: 'none' },
    { input: { to: 7, note: 'none', confirmed: true } },
    { input: { to: 700, note: 'none' } },
    { input: null },
  ]) {
    const outcome = await world.runner.execute(CONTEXT, { ...approval, key: 'key-1', ...altered });
    expect(outcome).toMatchObject({ kind: 'refused' });
  }
  expect(world.state.runs).toBe(0);
});

test('checks permission and versions again when the write runs (R29)', async () => {
  const world = createWorld();
  const approval = await approve(world);
  const revoked = { ...CONTEXT, access: { ...ACCESS, permissions: ['numbers:read'] } };
  expect(await world.runner.execute(revoked, { ...approval, key: 'a' })).toMatchObject({ code: 'FORBIDDEN' });
  expect(await world.runner.execute(CONTEXT, { ...approval, key: 'b' })).toMatchObject({ kind: 'result' });
  expect(await world.runner.execute(CONTEXT, { ...approval, key: 'c' })).toMatchObject({ code: 'STALE' });
  expect(world.state.runs).toBe(1);
});

test('finds an effect by its key when the result was lost, and runs it once (R34)', async () => {
  const world = createWorld(failing('after', fault()));
  const approval = await approve(world);
  const outcome = await world.runner.execute(CONTEXT, { ...approval, key: 'key-1' });
  expect(outcome).toMatchObject({ kind: 'result', content: '{"number":7}' });
  const found = await world.runner.findOutcome(CONTEXT, { tool: 'set_number', key: 'key-1' });
  expect(found).toMatchObject({ content: '{"number":7}' });
  expect(world.state.runs).toBe(1);
});

test.each<[string, ToolOverrides]>([
  ['is not in the journal', failing('before', fault())],
  ['cannot be looked up', { ...failing('after', fault()), lookUp: () => Promise.reject(fault()) }],
  ['is unreadable in the journal', { ...failing('after', fault()), lookUp: async () => 'what' }],
  ['failed with an unknown error', failing('before', new AppError('INTERNAL'))],
])('an effect whose result was lost and that %s is unknown and is not retried (R34)', async (_what, overrides) => {
  const world = createWorld(overrides);
  const approval = await approve(world);
  const outcome = await world.runner.execute(CONTEXT, { ...approval, key: 'key-1' });
  expect(outcome).toMatchObject({ kind: 'unknown', message: expect.stringContaining('may or may not') });
  expect(world.state.runs).toBeLessThanOrEqual(1);
  expect(world.audits.map(({ event }) => event)).toEqual(['tool.proposed', 'tool.unknown']);
});

test.each(['57014', '40001', '42501', '23514'])(
  'reports an effect that Postgres rolled back (%s) as refused, not unknown',
  async (sqlstate) => {
    const world = createWorld(failing('before', fault(sqlstate)));
    const approval = await approve(world);
    expect(await world.runner.execute(CONTEXT, { ...approval, key: 'key-1' })).toMatchObject({ kind: 'refused' });
  },
);

test('reports an effect as absent, found or unknown after a crash', async () => {
  const world = createWorld();
  const approval = await approve(world);
  const effect = { tool: 'set_number', key: 'key-1' };
  expect(await world.runner.findOutcome(CONTEXT, effect)).toEqual({ kind: 'absent' });
  await world.runner.execute(CONTEXT, { ...approval, key: 'key-1' });
  expect(await world.runner.findOutcome(CONTEXT, effect)).toMatchObject({ kind: 'result' });
  const silent = createWorld({ lookUp: () => Promise.reject(fault()) });
  expect(await silent.runner.findOutcome(CONTEXT, effect)).toMatchObject({ kind: 'unknown' });
  const read = { tool: 'get_number', key: 'key-1' };
  expect(await world.runner.findOutcome(CONTEXT, read)).toMatchObject({ kind: 'unknown' });
});
