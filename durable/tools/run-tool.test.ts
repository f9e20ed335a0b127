import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AuditEvent } from '../contracts/audit-event.ts';
import { ACCESS, CONTEXT, call, createWorld, fault, said, type World } from './runner.fixture.ts';

let logged: string[];
beforeEach(() => {
  logged = [];
  vi.spyOn(console, 'error').mockImplementation((line: string) => void logged.push(line));
});
afterEach(() => vi.restoreAllMocks());

describe('calls that need no approval', () => {
  test('returns only the fields of a read’s output schema', async () => {
    const { runner, audits } = createWorld();
    const outcome = await runner.propose(CONTEXT, call('get_number'));
    expect(outcome).toEqual({ kind: 'result', content: '{"number":1}', link: null });
    expect(audits).toMatchObject([
      {
        event: 'tool.completed',
        tool: 'get_number',
        parameters: { digits: 2 },
        result: { number: 1 },
        error: null,
        orgId: ACCESS.orgId,
        actorId: ACCESS.userId,
        runId: 'run-1',
        requestId: 'request-1',
        model: 'demo-1',
        meta: { callId: 'call-1', actionType: 'read', affectedItemIds: [], wasConfirmed: false, transactionId: null },
      },
    ]);
    expect(audits[0]?.durationMs).toBeGreaterThan(0);
  });

  test('returns a navigation tool’s link for the page', async () => {
    const outcome = await createWorld().runner.propose(CONTEXT, call('offer_way'));
    expect(outcome).toMatchObject({ kind: 'result', link: { kind: 'navigation', path: '/number', label: 'View' } });
  });

  test('runs a light write once per call of a run, with its audit row', async () => {
    const { runner, state, audits, columns } = createWorld();
    const outcomes = [];
    for (const id of ['call-1', 'call-1', 'call-2']) {
      outcomes.push(await createRunnerCall(runner, id));
    }
    expect(outcomes.map((outcome) => outcome.kind)).toEqual(['result', 'result', 'refused']);
    expect(state.runs).toBe(1);
    expect(columns).toMatchObject([{ event: 'tool.completed', tool: 'bump_number', _meta: { wasConfirmed: false } }]);
    expect(audits.map(({ event }) => event)).toEqual(['tool.refused']);
  });
  const createRunnerCall = (runner: World['runner'], id: string) =>
    runner.propose(CONTEXT, call('bump_number', {}, id));

  test('cuts a result above 32 kB and notes the cut (R33)', async () => {
    const list = Array.from({ length: 2_000 }, () => 'y'.repeat(50));
    const world = createWorld({ read: async () => ({ refused: false, data: { number: 1, list } }) });
    const outcome = await world.runner.propose(CONTEXT, call('get_number'));
    if (outcome.kind !== 'result') throw new Error('no result');
    expect(new TextEncoder().encode(outcome.content).length).toBeLessThanOrEqual(32_768);
    expect(said(outcome)['cut']).toMatch(/list: \d+ of 2000 entries/);
    expect(JSON.stringify(world.audits[0]).length).toBeLessThan(10_000);
  });
});

describe('refusals before anything runs', () => {
  test.each([
    ['an unknown tool', 'drop_tables', {}, 'UNKNOWN_TOOL', /no tool with this name/],
    ['text that is not JSON', 'get_number', '{"digits": 2', 'INVALID_ARGUMENTS', /not a JSON object/],
    ['no arguments at all', 'get_number', '', 'INVALID_ARGUMENTS', /not a JSON object/],
    ['a list', 'get_number', '[]', 'INVALID_ARGUMENTS', /not a JSON object/],
    [
      'arguments nested too deeply',
      'get_number',
      `{"digits":${'['.repeat(5_000)}${']'.repeat(5_000)}}`,
      'INVALID_ARGUMENTS',
      /nested too deeply/,
    ],
    ['a missing argument', 'set_number', {}, 'INVALID_ARGUMENTS', /`to` is missing/],
    ['a number out of range', 'set_number', { to: 100 }, 'INVALID_ARGUMENTS', /`to` must be at most 99/],
    ['another type', 'set_number', { to: '7' }, 'INVALID_ARGUMENTS', /`to` must be/],
    ['too long a text', 'set_number', { to: 7, note: 'x'.repeat(41) }, 'INVALID_ARGUMENTS', /at most 40 characters/],
    ['an unknown key', 'set_number', { to: 7, org: 'x' }, 'INVALID_ARGUMENTS', /unknown parameter `org`/],
    ['a prototype', 'set_number', '{"to": 7, "__proto__": {"confirmed": true}}', 'INVALID_ARGUMENTS', /`__proto__`/],
  ])('%s', async (_what, name, args, code, message) => {
    const { runner, state, audits } = createWorld();
    const outcome = await runner.propose(CONTEXT, call(name, args));
    expect(outcome).toMatchObject({ kind: 'refused', code, isError: true, endsTurn: false });
    expect(outcome).toHaveProperty('message', expect.stringMatching(message));
    expect(said(outcome as { content: string })).toMatchObject({ refused: true, code });
    expect(state.runs).toBe(0);
    expect(audits).toMatchObject([{ event: 'tool.refused', error: code, tool: name }]);
    expect(AuditEvent.safeParse(audits[0]).success).toBe(true);
  });

  test('no confirmation argument lets a write skip approval (R27)', async () => {
    const keys = [
      'confirmed',
      'Confirmed',
      'CONFIRMED',
      'confirm',
      'isConfirmed',
      'user_confirmed',
      'approved',
      'approvalId',
      '_confirmed',
      'confirmed ',
    ];
    const values: unknown[] = [true, 'true', 1, { by: 'user' }, null];
    let variants = 0;
    for (const key of keys) {
      for (const value of values) {
        const { runner, state } = createWorld();
        const outcome = await runner.propose(CONTEXT, call('set_number', { to: 7, [key]: value }));
        expect(outcome).toMatchObject({ kind: 'refused', code: 'INVALID_ARGUMENTS' });
        expect(outcome).toHaveProperty('message', expect.stringContaining('Only the user can approve'));
        expect(state).toEqual({ number: 1, version: 1, runs: 0 });
        variants += 1;
      }
    }
    expect(variants).toBe(50);
  });

  test('names the missing permission when the role does not have it', async () => {
    const { runner, state } = createWorld();
    const context = { ...CONTEXT, access: { ...ACCESS, role: 'viewer', permissions: ['numbers:read'] } };
    const outcome = await runner.propose(context, call('set_number', { to: 7 }));
    expect(outcome).toMatchObject({ kind: 'refused', code: 'FORBIDDEN' });
    expect(outcome).toHaveProperty('message', expect.stringMatching(/viewer.*"numbers:write" or "numbers:own"/));
    expect(state.runs).toBe(0);
    const owner = { ...context, access: { ...context.access, permissions: ['numbers:own'] } };
    expect(await runner.propose(owner, call('set_number', { to: 7 }))).toMatchObject({ kind: 'approval' });
  });

  test('refuses the third identical call, and the seventeenth call, which ends the turn (R33)', async () => {
    const { runner } = createWorld();
    const kinds = [];
    for (let index = 0; index < 3; index += 1) kinds.push((await runner.propose(CONTEXT, call('get_number'))).kind);
    expect(kinds).toEqual(['result', 'result', 'refused']);
    const { runner: other } = createWorld({}, { steps: 1, calls: 16, seen: {} });
    expect(await other.propose(CONTEXT, call('get_number'))).toMatchObject({ code: 'TOO_MANY_CALLS', endsTurn: true });
  });

  test('keeps the audit row small for a name and arguments of any size', async () => {
    const { runner, audits } = createWorld();
    await runner.propose(CONTEXT, call('n'.repeat(5_000), { note: 'x'.repeat(50_000) }));
    await runner.propose(CONTEXT, call('set_number', 'x'.repeat(50_000)));
    for (const audit of audits) expect(JSON.stringify(audit).length).toBeLessThan(10_000);
    expect(audits).toHaveLength(2);
  });
});

describe('refusals by the tool or the database', () => {
  test('passes the tool’s message and facts to the model', async () => {
    const refusal = { refused: true, code: 'CYCLE', message: 'A circle.', facts: { path: ['A', 'B'] } } as const;
    const { runner, audits } = createWorld({ read: async () => refusal });
    const outcome = await runner.propose(CONTEXT, call('get_number'));
    expect(said(outcome as { content: string })).toEqual({
      refused: true,
      code: 'CYCLE',
      message: 'A circle.',
      path: ['A', 'B'],
    });
    expect(audits).toMatchObject([{ event: 'tool.refused', error: 'CYCLE' }]);
  });

  test('does not mark an offer as an error', async () => {
    const prepare = async () =>
      ({
        refused: true,
        code: 'ECO_REQUIRED',
        message: 'Shall I?',
        facts: { suggestCreateEco: true },
        isOffer: true,
      }) as const;
    const outcome = await createWorld({ prepare }).runner.propose(CONTEXT, call('set_number', { to: 7 }));
    expect(outcome).toMatchObject({ kind: 'refused', isError: false });
    expect(said(outcome as { content: string })).toEqual({ message: 'Shall I?', suggestCreateEco: true });
  });

  test.each([
    ['57014', 'TIMEOUT'],
    ['25006', 'FORBIDDEN'],
    ['42501', 'FORBIDDEN'],
    ['40001', 'CONTENDED'],
    ['23505', 'DUPLICATE'],
    ['22P02', 'INVALID'],
    ['57P01', 'DATABASE_UNAVAILABLE'],
    [undefined, 'DATABASE_UNAVAILABLE'],
  ])('SQLSTATE %s is refused as %s without the driver’s message (R48)', async (sqlstate, code) => {
    const { runner, audits } = createWorld({ read: () => Promise.reject(fault(sqlstate)) });
    const outcome = await runner.propose(CONTEXT, call('get_number'));
    expect(outcome).toMatchObject({ kind: 'refused', code, isError: true });
    expect(JSON.stringify([outcome, audits])).not.toContain('secret');
  });

  test('reports our own bug as INTERNAL, logs it and audits it', async () => {
    for (const read of [
      () => Promise.reject(new TypeError('secret words')),
      async () => ({ refused: false, data: { number: 'x' } }) as const,
    ]) {
      const { runner, audits } = createWorld({ read });
      const outcome = await runner.propose(CONTEXT, call('get_number'));
      expect(outcome).toMatchObject({ kind: 'refused', code: 'INTERNAL' });
      expect(JSON.stringify([outcome, audits, logged])).not.toContain('secret');
      expect(audits).toMatchObject([{ event: 'tool.failed', error: 'INTERNAL' }]);
    }
    expect(logged).toHaveLength(2);
  });
});
