import { expect, it, vi } from 'vitest';
import type { View } from '../../packs/pack.ts';
import type { Access } from '../../principal.ts';
import { createViews } from './view-cache.ts';

const ACCESS = { userId: 'u1' } as Access;
const IDS = { programId: 'p1', designId: null };
const named = (name: string): View => ({ program: { id: 'p1', name }, design: null }) as View;

function createTrial(answers: readonly (View | Error)[]) {
  const work: Promise<unknown>[] = [];
  const state = { now: 0, asked: 0 };
  const viewOf = createViews(
    async () => {
      const answer = answers[state.asked];
      state.asked += 1;
      if (!answer || answer instanceof Error) throw answer;
      return answer;
    },
    (one) => work.push(one),
    () => state.now,
  );
  return { viewOf, state, settled: () => Promise.all(work) };
}

it('gives the first turn ids and the next one names, with one lookup', async () => {
  const { viewOf, state, settled } = createTrial([named('Kestrel')]);
  expect(viewOf(ACCESS, IDS)).toEqual({ program: { id: 'p1' }, design: null });
  viewOf(ACCESS, IDS);
  await settled();
  expect(viewOf(ACCESS, IDS)).toEqual(named('Kestrel'));
  expect(state.asked).toBe(1);
});

it('uses a minute-old view once more and looks it up again', async () => {
  const { viewOf, state, settled } = createTrial([named('Kestrel'), named('Osprey')]);
  viewOf(ACCESS, IDS);
  await settled();
  state.now = 60_001;
  expect(viewOf(ACCESS, IDS)).toEqual(named('Kestrel'));
  await settled();
  expect(viewOf(ACCESS, IDS)).toEqual(named('Osprey'));
});

it('keeps users apart, and retries after a failure', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const { viewOf, state, settled } = createTrial([new Error('down'), named('Kestrel')]);
  viewOf(ACCESS, IDS);
  await settled();
  viewOf(ACCESS, IDS);
  await settled();
  expect(state.asked).toBe(2);
  expect(viewOf({ ...ACCESS, userId: 'u2' }, IDS)).toEqual({ program: { id: 'p1' }, design: null });
});
