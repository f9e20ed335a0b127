import { describe, expect, test } from 'vitest';
import { FOLLOWING, type FollowEvent, follow, offersJump, staysAtEnd } from './follow-scroll.ts';

const stateAfter = (...events: FollowEvent[]) => events.reduce(follow, FOLLOWING);
const grown = (distance: number): FollowEvent => ({ type: 'scrolled', distance, byReader: false });
const scrolled = (distance: number): FollowEvent => ({ type: 'scrolled', distance, byReader: true });

describe('follow', () => {
  test('stops at the first upward wheel tick (U9)', () => {
    expect(stateAfter({ type: 'moved-up' }).following).toBe(false);
  });

  test('continues when text grows faster than the page scrolls (U10)', () => {
    expect(stateAfter(grown(600), grown(1_200)).following).toBe(true);
  });

  test('resumes when the reader scrolls back to the end', () => {
    expect(stateAfter({ type: 'moved-up' }, grown(10)).following).toBe(false);
    expect(stateAfter({ type: 'moved-up' }, scrolled(300), scrolled(10)).following).toBe(true);
  });

  test('stops when the reader opens a fold, and resumes when a closed fold brings the end back', () => {
    expect(stateAfter({ type: 'folded' }, grown(900)).following).toBe(false);
    expect(staysAtEnd(stateAfter({ type: 'pressed' }, { type: 'folded' }, { type: 'released' }))).toBe(false);
    expect(stateAfter({ type: 'folded' }, scrolled(900), { type: 'folded' }, scrolled(0)).following).toBe(true);
  });

  test('offers the jump button only when the reader is away from the end', () => {
    expect(offersJump(stateAfter(grown(600)))).toBe(false);
    expect(offersJump(stateAfter({ type: 'moved-up' }, scrolled(60)))).toBe(false);
    expect(offersJump(stateAfter({ type: 'moved-up' }, scrolled(71)))).toBe(true);
  });

  test('pauses while a pointer is pressed, so that a button doesn’t move between press and release', () => {
    expect(staysAtEnd(stateAfter({ type: 'pressed' }, grown(600)))).toBe(false);
    expect(staysAtEnd(stateAfter({ type: 'pressed' }, grown(600), { type: 'released' }))).toBe(true);
    expect(staysAtEnd(stateAfter({ type: 'pressed' }, { type: 'moved-up' }, { type: 'released' }))).toBe(false);
  });

  test('resumes after sending or jumping', () => {
    expect(stateAfter({ type: 'moved-up' }, scrolled(900), { type: 'pinned' })).toEqual(FOLLOWING);
  });
});
