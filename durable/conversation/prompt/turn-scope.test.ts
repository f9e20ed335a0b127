import { describe, expect, test } from 'vitest';
import { isSettled, programsOf, scopeOfTurn, settledScope } from './turn-scope.ts';

const [P, Q, D, E] = ['p', 'q', 'd', 'e'].map((_name, at) => `0000000${at}-0000-4000-8000-000000000000`) as [
  ...[string, string, string, string],
];
const about = (programId: string | null, designId: string | null = null) => ({ programId, designId });
const NOTHING = about(null);

describe('a conversation', () => {
  test('stays about the first program that is named in it', () => {
    expect(settledScope(NOTHING, about(P, D))).toEqual(about(P, D));
    expect(settledScope(NOTHING, NOTHING)).toEqual(NOTHING);
    expect(settledScope(about(P), about(Q, E))).toEqual(about(P));
    expect(settledScope(about(P, D), NOTHING)).toEqual(about(P, D));
  });

  test.each([about(null, D), about('OPEN', null), about('Open program', D)])(
    'of which an earlier release kept %j is settled as soon as that is looked up',
    (kept) => {
      expect(isSettled(kept)).toBe(false);
      expect(settledScope(kept, about(P, D))).toEqual(about(P, D));
      expect(settledScope(kept, NOTHING)).toEqual(kept);
    },
  );
});

describe('a turn', () => {
  test("is about its conversation's program unless it names another", () => {
    expect(scopeOfTurn(null, NOTHING)).toEqual(NOTHING);
    expect(scopeOfTurn(about(P, D), NOTHING)).toEqual(about(P, D));
    expect(scopeOfTurn(about(P, D), about(P))).toEqual(about(P, D));
    expect(scopeOfTurn(about(P, D), about(P, E))).toEqual(about(P, E));
  });

  test("drops the conversation's design when it names another program", () => {
    expect(scopeOfTurn(about(P, D), about(Q))).toEqual(about(Q));
    expect(scopeOfTurn(about(P, D), about(Q, E))).toEqual(about(Q, E));
  });
});

describe('settings', () => {
  test("are those of the conversation's own program, then of the one that a message names", () => {
    expect(programsOf(null, NOTHING)).toEqual([]);
    expect(programsOf(null, about(Q))).toEqual([Q]);
    expect(programsOf(about(P), NOTHING)).toEqual([P]);
    expect(programsOf(about(P), about(Q))).toEqual([P, Q]);
  });

  test("are those of the looked-up program rather than of a client's old name for it", () => {
    expect(programsOf(about('OPEN'), about(P))).toEqual([P, 'OPEN']);
    expect(programsOf(about('OPEN'), NOTHING)).toEqual(['OPEN']);
  });
});
