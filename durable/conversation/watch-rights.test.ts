import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { AppError } from '../errors.ts';
import type { Access } from '../principal.ts';
import type { AiSettings } from '../providers/ai-settings.ts';
import type { ConversationDeps, LiveTurn, ModelQuestion } from './deps.ts';
import { mayShow, RIGHTS_FRESH_MS, watchRights } from './watch-rights.ts';

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});

const NOW = 1_000_000;
const accessOf = (confirmedAt: number, plan = 'enterprise') => ({ subject: 's', confirmedAt, plan }) as Access;
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

const OLD = { model: { id: 'old' }, connection: 'one' };
/** What the settings of the confirmation say, as a model's name. */
const settingsOf = (id: string) => [{ id }] as unknown as AiSettings;

type Confirmation = Awaited<ReturnType<ConversationDeps['confirm']>>;

function createTrial(ageMs: number) {
  const questions: PromiseWithResolvers<Confirmation>[] = [];
  const calls: string[] = [];
  let beat = (): void => undefined;
  const deps = {
    now: () => NOW,
    session: { get: () => null },
    transaction: (work: () => void) => work(),
    sql: { exec: () => calls.push('moved') },
    resolveModel: ({ access, settings }: ModelQuestion) => {
      if (access.plan !== 'enterprise') return { ok: false, code: 'MODEL_NOT_IN_PLAN' };
      const id = settings[0]?.id ?? 'old';
      return id === 'off' ? { ok: false, code: 'FEATURE_DISABLED' } : { ok: true, ...OLD, model: { id }, provider: {} };
    },
    confirm: () => {
      const question = Promise.withResolvers<Confirmation>();
      questions.push(question);
      return question.promise;
    },
    every: (_ms: number, callback: () => void) => {
      beat = callback;
      return () => calls.push('unwatched');
    },
    log: { hold: () => calls.push('held'), release: () => calls.push('released') },
  } as unknown as ConversationDeps;
  const turn = {
    run: { runId: 'r', scope: { programId: null } },
    access: accessOf(NOW - ageMs),
    requestedModel: null,
    resolved: OLD,
    attempt: new AbortController(),
    successor: null,
    controller: new AbortController(),
    rights: Promise.withResolvers<AppError | null>(),
  } as unknown as LiveTurn;
  return {
    deps,
    turn,
    calls,
    questions,
    watch: () => watchRights(deps, turn),
    beat: () => beat(),
    answer: async (confirmation: Confirmation) => {
      questions.at(-1)?.resolve(confirmation);
      await settled();
    },
  };
}

const confirmed: Confirmation = { ok: true, access: accessOf(NOW) };

describe('before anything is shown', () => {
  it('fresh rights are not asked about and hold nothing up', async () => {
    const { watch, turn, questions, calls } = createTrial(RIGHTS_FRESH_MS);
    watch();
    expect(await turn.rights.promise).toBeNull();
    expect(questions).toEqual([]);
    expect(calls).toEqual([]);
  });

  it('older rights hold the run until they are confirmed', async () => {
    const { watch, turn, calls, answer } = createTrial(RIGHTS_FRESH_MS + 1);
    watch();
    expect(calls).toEqual(['held']);
    await answer(confirmed);
    expect(await turn.rights.promise).toBeNull();
    expect(calls).toEqual(['held', 'released']);
  });

  it('R13: a refusal aborts the upstream and releases nothing', async () => {
    const { watch, turn, calls, answer } = createTrial(RIGHTS_FRESH_MS + 1);
    watch();
    await answer({ ok: false, code: 'ACCESS_REVOKED' });
    expect((await turn.rights.promise)?.code).toBe('ACCESS_REVOKED');
    expect(turn.controller.signal.reason).toMatchObject({ code: 'ACCESS_REVOKED' });
    expect(calls).toEqual(['held']);
  });

  it('a plan that no longer has the model refuses too', async () => {
    const { watch, turn, calls, answer } = createTrial(RIGHTS_FRESH_MS + 1);
    watch();
    await answer({ ok: true, access: accessOf(NOW, 'free') });
    expect((await turn.rights.promise)?.code).toBe('MODEL_NOT_IN_PLAN');
    expect(calls).toEqual(['held']);
  });

  it('settings that were switched off meanwhile refuse too', async () => {
    const { watch, turn, calls, answer } = createTrial(RIGHTS_FRESH_MS + 1);
    watch();
    await answer({ ...confirmed, settings: settingsOf('off') });
    expect((await turn.rights.promise)?.code).toBe('FEATURE_DISABLED');
    expect(turn.controller.signal.reason).toMatchObject({ code: 'FEATURE_DISABLED' });
    expect(calls).toEqual(['held']);
  });

  it('settings that name another model call off the request under way, and show nothing of it', async () => {
    const { watch, turn, calls, answer } = createTrial(RIGHTS_FRESH_MS + 1);
    watch();
    await answer({ ...confirmed, settings: settingsOf('new') });
    expect(await turn.rights.promise).toBeNull();
    expect(turn.attempt?.signal.aborted).toBe(true);
    expect(turn.controller.signal.aborted).toBe(false);
    expect(turn.successor).toMatchObject({ model: { id: 'new' } });
    expect(calls).toEqual(['held']);
  });

  it('where nothing was asked yet, the other model is asked first', async () => {
    const { watch, turn, calls, answer } = createTrial(RIGHTS_FRESH_MS + 1);
    turn.attempt = null;
    watch();
    await answer({ ...confirmed, settings: settingsOf('new') });
    expect(turn.resolved).toMatchObject({ model: { id: 'new' } });
    expect(turn.run.model).toBe('new');
    expect(calls).toEqual(['held', 'moved', 'released']);
  });

  it('a question that fails in itself proves nothing: the run is refused', async () => {
    const { watch, turn, questions, calls } = createTrial(RIGHTS_FRESH_MS + 1);
    watch();
    questions[0]?.reject(new Error('the object is gone'));
    expect((await turn.rights.promise)?.code).toBe('DATABASE_UNAVAILABLE');
    expect(calls).toEqual(['held']);
  });

  it('a log that cannot be released refuses instead of waiting for ever', async () => {
    const { watch, turn, deps, answer } = createTrial(RIGHTS_FRESH_MS + 1);
    deps.log.release = () => {
      throw new Error('storage failed');
    };
    watch();
    await answer(confirmed);
    expect((await turn.rights.promise)?.code).toBe('INTERNAL');
  });
});

describe('while the run lasts', () => {
  it('R13: rights that are gone at a beat end the run', async () => {
    const { watch, turn, beat, answer } = createTrial(0);
    watch();
    beat();
    await answer(confirmed);
    expect(turn.controller.signal.aborted).toBe(false);
    beat();
    await answer({ ok: false, code: 'ASSISTANT_DISABLED' });
    expect(turn.controller.signal.reason).toMatchObject({ code: 'ASSISTANT_DISABLED' });
  });

  it('a question that fails at a beat is asked again at the next one', async () => {
    const { watch, turn, beat, questions } = createTrial(0);
    watch();
    beat();
    questions[0]?.reject(new Error('away'));
    await settled();
    expect(turn.controller.signal.aborted).toBe(false);
    beat();
    expect(questions).toHaveLength(2);
  });
});

describe('settings that change while the run lasts', () => {
  it('end it where they switch it off', async () => {
    const { watch, turn, beat, answer } = createTrial(0);
    watch();
    beat();
    await answer({ ...confirmed, settings: settingsOf('off') });
    expect(turn.controller.signal.reason).toMatchObject({ code: 'FEATURE_DISABLED' });
  });

  it('leave it to who answers it already', async () => {
    const { watch, turn, beat, answer } = createTrial(0);
    watch();
    beat();
    await answer({ ...confirmed, settings: settingsOf('new') });
    expect(turn.controller.signal.aborted || turn.attempt?.signal.aborted).toBe(false);
    expect(turn.successor).toBeNull();
  });
});

describe('before a stored run is shown again', () => {
  it('fresh rights need no question', async () => {
    const { deps, questions } = createTrial(0);
    expect(await mayShow(deps, accessOf(NOW - RIGHTS_FRESH_MS))).toBeNull();
    expect(questions).toEqual([]);
  });

  it('older ones are confirmed, and a refusal or a failure shows nothing', async () => {
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
