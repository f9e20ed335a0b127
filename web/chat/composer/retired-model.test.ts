import { describe, expect, test } from 'vitest';
import { MODELS } from '../../stories/story-data.ts';
import { successorOf } from './retired-model.tsx';

const [sonnet, opus] = MODELS.models;
if (!sonnet || !opus) throw new Error('no models');
const retired = (successor: string | null) => ({
  ...sonnet,
  id: 'old',
  lifecycle: { stage: 'retired' as const, on: '2027-01-14', successor },
});

describe('the model offered in place of a retired one', () => {
  test('is its successor', () => {
    expect(successorOf(retired(sonnet.id), MODELS)?.id).toBe(sonnet.id);
  });

  test('is the default if the successor may not answer', () => {
    expect(opus.allowed).toBe(false);
    expect(successorOf(retired(opus.id), MODELS)?.id).toBe(MODELS.default);
    expect(successorOf(retired(null), MODELS)?.id).toBe(MODELS.default);
  });

  test('is none if no model may answer', () => {
    expect(successorOf(retired(opus.id), { ...MODELS, default: null })).toBeNull();
  });
});
