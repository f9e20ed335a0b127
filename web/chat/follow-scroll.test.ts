import { describe, expect, test } from 'vitest';
import { FOLLOWING, type FollowEvent, follow, offersJump } from './follow-scroll.ts';

const stateAfter = (...events: FollowEvent[]) => events.reduce(follow, FOLLOWING);
const grown = (distance: number): FollowEvent => ({ type: 'scrolled', distance, byReader: false });
const scrolled = (distance: number): FollowEvent => ({ type: 'scrolled', distance, byReader: true });

describe('following new text', () => {
  test('U9: one upward wheel tick lets go, before anything has moved', () => {
    expect(stateAfter({ type: 'moved-up' }).following).toBe(false);
  });

  test('U10: text that grows faster than the page scrolls does not let go', () => {
    expect(stateAfter(grown(600), grown(1_200)).following).toBe(true);
  });

  test('returns when the reader is at the end again, not when the page is', () => {
    expect(stateAfter({ type: 'moved-up' }, grown(10)).following).toBe(false);
    expect(stateAfter({ type: 'moved-up' }, scrolled(300), scrolled(10)).following).toBe(true);
  });

  test('offers the way back only to one who has let go and is some way up', () => {
    expect(offersJump(stateAfter(grown(600)))).toBe(false);
    expect(offersJump(stateAfter({ type: 'moved-up' }, scrolled(60)))).toBe(false);
    expect(offersJump(stateAfter({ type: 'moved-up' }, scrolled(71)))).toBe(true);
  });

  test('sending or jumping follows again', () => {
    expect(stateAfter({ type: 'moved-up' }, scrolled(900), { type: 'pinned' })).toEqual(FOLLOWING);
  });
});
