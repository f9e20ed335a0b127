import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { AiSettings } from '../../contracts/ai-settings.ts';
import { type Access, RIGHTS_FRESH_MS } from '../../principal.ts';
import type { ConversationDeps, LiveRun } from '../deps.ts';
import { type AssignedModels, createAssignment, type ModelQuestion } from './assignment.ts';
import { mayDecide, mayShow, watchReader, watchRights } from './rights.ts';
import { createRunGate } from './run-gate.ts';
import type { Run } from './runs.ts';

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});

const NOW = 1_000_000;
const accessOf = (confirmedAt: number, plan = 'enterprise') => ({ subject: 's', confirmedAt, plan }) as Access;
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

const OLD = { model: { id: 'old' }, connection: 'one' };
/** Settings with this model. */
const settingsOf = (id: string) => [{ id }] as unknown as AiSettings;

type AccessCheck = Awaited<ReturnType<ConversationDeps['confirm']>>;

function createTrial(ageMs: number) {
  const questions: PromiseWithResolvers<AccessCheck>[] = [];
  const calls: string[] = [];
  let beat = (): void => undefined;
  const log = {
    hold: () => void calls.push('held'),
    release: () => void calls.push('released'),
    discard: () => void calls.push('discarded'),
  };
  const deps = {
    now: () => NOW,
    session: { get: () => null },
    transaction: (work: () => void) => work(),
    sql: { exec: () => calls.push('switched') },
    resolveModel: ({ access, settings }: ModelQuestion) => {
      if (access.plan !== 'enterprise') return { ok: false, code: 'MODEL_NOT_IN_PLAN' };
      const id = settings[0]?.id ?? 'old';
      return id === 'off' ? { ok: false, code: 'FEATURE_DISABLED' } : { ok: true, ...OLD, model: { id }, provider: {} };
    },
    confirm: () => {
      const question = Promise.withResolvers<AccessCheck>();
      questions.push(question);
      return question.promise;
    },
    every: (_ms: number, callback: () => void) => {
      beat = callback;
      return () => calls.push('unwatched');
    },
  } as unknown as ConversationDeps;
  const run = { runId: 'r', scope: { programId: null } } as Run;
  const gate = createRunGate(log, 'r', 5_000);
  gate.reservation.open();
  const assignment = createAssignment(run, OLD as AssignedModels);
  const live = { run, access: accessOf(NOW - ageMs), place: null, requestedModel: null, gate, assignment } as LiveRun;
  return {
    deps,
    live,
    gate,
    assignment,
    log,
    calls,
    questions,
    watch: () => watchRights(deps, live),
    beat: () => beat(),
    answer: async (confirmation: AccessCheck) => {
      questions.at(-1)?.resolve(confirmation);
      await settled();
    },
  };
}

const confirmed: AccessCheck = { ok: true, access: accessOf(NOW) };

describe('watchRights before the run is shown', () => {
  it('shows the run at once when its rights are fresh', async () => {
    const { watch, gate, questions, calls } = createTrial(RIGHTS_FRESH_MS);
    watch();
    expect(await gate.refusal()).toBeNull();
    expect(questions).toEqual([]);
    expect(calls).toEqual(['held', 'released']);
  });

  it('holds the run until older rights are confirmed', async () => {
    const { watch, gate, calls, answer } = createTrial(RIGHTS_FRESH_MS + 1);
    watch();
    expect(calls).toEqual(['held']);
    await answer(confirmed);
    expect(await gate.refusal()).toBeNull();
    expect(calls).toEqual(['held', 'released']);
  });

  it('aborts the run and shows nothing when rights are refused (R13)', async () => {
    const { watch, gate, calls, answer } = createTrial(RIGHTS_FRESH_MS + 1);
    watch();
    await answer({ ok: false, code: 'ACCESS_REVOKED' });
    expect((await gate.refusal())?.code).toBe('ACCESS_REVOKED');
    expect(gate.signal.reason).toMatchObject({ code: 'ACCESS_REVOKED' });
    expect(calls).toEqual(['held']);
  });

  it('refuses the run when its plan no longer has the model', async () => {
    const { watch, gate, calls, answer } = createTrial(RIGHTS_FRESH_MS + 1);
    watch();
    await answer({ ok: true, access: accessOf(NOW, 'free') });
    expect((await gate.refusal())?.code).toBe('MODEL_NOT_IN_PLAN');
    expect(calls).toEqual(['held']);
  });

  it('refuses the run when the assistant was turned off in the meantime', async () => {
    const { watch, gate, calls, answer } = createTrial(RIGHTS_FRESH_MS + 1);
    watch();
    await answer({ ...confirmed, settings: settingsOf('off') });
    expect((await gate.refusal())?.code).toBe('FEATURE_DISABLED');
    expect(gate.signal.reason).toMatchObject({ code: 'FEATURE_DISABLED' });
    expect(calls).toEqual(['held']);
  });

  it('aborts the request, and shows nothing of it, when confirmed settings name another model', async () => {
    const { watch, gate, assignment, calls, answer } = createTrial(RIGHTS_FRESH_MS + 1);
    const request = assignment.beginRequest();
    watch();
    await answer({ ...confirmed, settings: settingsOf('new') });
    expect(await gate.refusal()).toBeNull();
    expect(request.aborted).toBe(true);
    expect(gate.signal.aborted).toBe(false);
    expect(assignment.takeSuccessor()).toMatchObject({ model: { id: 'new' } });
    expect(calls).toEqual(['held']);
  });

  it('switches to the model of the confirmed settings when no request was sent yet', async () => {
    const { watch, assignment, calls, answer } = createTrial(RIGHTS_FRESH_MS + 1);
    watch();
    await answer({ ...confirmed, settings: settingsOf('new') });
    expect(assignment.resolved()).toMatchObject({ model: { id: 'new' } });
    expect(assignment.run().model).toBe('new');
    expect(calls).toEqual(['held', 'switched', 'released']);
  });

  it('refuses the run when the check itself fails', async () => {
    const { watch, gate, questions, calls } = createTrial(RIGHTS_FRESH_MS + 1);
    watch();
    questions[0]?.reject(new Error('the object is gone'));
    expect((await gate.refusal())?.code).toBe('DATABASE_UNAVAILABLE');
    expect(calls).toEqual(['held']);
  });

  it('refuses the run instead of waiting forever when its log cannot be released', async () => {
    const { watch, gate, log, answer } = createTrial(RIGHTS_FRESH_MS + 1);
    log.release = () => {
      throw new Error('storage failed');
    };
    watch();
    await answer(confirmed);
    expect((await gate.refusal())?.code).toBe('INTERNAL');
  });

  it('checks later reservations against the confirmed limit', async () => {
    const { watch, gate, answer } = createTrial(RIGHTS_FRESH_MS + 1);
    watch();
    expect(gate.limit()).toBe(5_000);
    await answer({ ok: true, access: { ...accessOf(NOW), tokenAllowance: 7 } });
    expect(gate.limit()).toBe(7);
  });
});

describe('watchRights while the run lasts', () => {
  it('aborts the run when rights are gone (R13)', async () => {
    const { watch, gate, beat, answer } = createTrial(0);
    watch();
    beat();
    await answer(confirmed);
    expect(gate.signal.aborted).toBe(false);
    beat();
    await answer({ ok: false, code: 'ASSISTANT_DISABLED' });
    expect(gate.signal.reason).toMatchObject({ code: 'ASSISTANT_DISABLED' });
  });

  it('checks again at the next heartbeat when a check fails', async () => {
    const { watch, gate, beat, questions } = createTrial(0);
    watch();
    beat();
    questions[0]?.reject(new Error('away'));
    await settled();
    expect(gate.signal.aborted).toBe(false);
    beat();
    expect(questions).toHaveLength(2);
  });

  it('aborts the run when its settings are switched off', async () => {
    const { watch, gate, beat, answer } = createTrial(0);
    watch();
    beat();
    await answer({ ...confirmed, settings: settingsOf('off') });
    expect(gate.signal.reason).toMatchObject({ code: 'FEATURE_DISABLED' });
  });

  it('keeps the run’s model when new settings name another one', async () => {
    const { watch, gate, assignment, beat, answer } = createTrial(0);
    const request = assignment.beginRequest();
    watch();
    beat();
    await answer({ ...confirmed, settings: settingsOf('new') });
    expect(gate.signal.aborted || request.aborted).toBe(false);
    expect(assignment.takeSuccessor()).toBeNull();
  });
});

describe('mayShow', () => {
  it('queries nothing when rights are fresh', async () => {
    const { deps, questions } = createTrial(0);
    expect(await mayShow(deps, accessOf(NOW - RIGHTS_FRESH_MS))).toBeNull();
    expect(questions).toEqual([]);
  });

  it('confirms older rights, and refuses when they are gone or the check fails', async () => {
    const { deps, answer, questions } = createTrial(0);
    const old = accessOf(NOW - RIGHTS_FRESH_MS - 1);
    const allowed = mayShow(deps, old);
    await answer(confirmed);
    expect(await allowed).toBeNull();
    const refused = mayShow(deps, old);
    await answer({ ok: false, code: 'ACCESS_REVOKED' });
    expect((await refused)?.code).toBe('ACCESS_REVOKED');
    const failed = mayShow(deps, old);
    questions.at(-1)?.reject(new Error('away'));
    expect((await failed)?.code).toBe('DATABASE_UNAVAILABLE');
  });
});

describe('mayDecide', () => {
  it('refuses while rights can only be confirmed from before an outage, and leaves lost rights to the run', async () => {
    const { deps, answer } = createTrial(0);
    const old = accessOf(NOW - RIGHTS_FRESH_MS - 1);
    const stale = mayDecide(deps, old);
    await answer({ ok: true, access: old });
    expect((await stale)?.code).toBe('DATABASE_UNAVAILABLE');
    const gone = mayDecide(deps, old);
    await answer({ ok: false, code: 'ACCESS_REVOKED' });
    expect(await gone).toBeNull();
  });
});

describe('watchReader', () => {
  it('settles with the refusal when the reader loses access', async () => {
    const { deps, beat, answer } = createTrial(0);
    const { gone } = watchReader(deps, accessOf(NOW));
    beat();
    await answer(confirmed);
    beat();
    await answer({ ok: false, code: 'ACCESS_REVOKED' });
    expect((await gone).code).toBe('ACCESS_REVOKED');
  });
});
