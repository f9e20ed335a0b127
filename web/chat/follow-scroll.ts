// Whether the transcript follows new text. Pure: the component reports what happened, this says what holds.
// Following ends with the reader's first upward wheel, touch or key, and returns only when they are at the end again.

export type FollowState = { readonly following: boolean; readonly distance: number };

export type FollowEvent =
  /** The reader moves up, before the page has scrolled. */
  | { readonly type: 'moved-up' }
  /** The position changed; `byReader` is false where the page itself scrolled or grew. */
  | { readonly type: 'scrolled'; readonly distance: number; readonly byReader: boolean }
  /** A message was sent, or the jump button pressed. */
  | { readonly type: 'pinned' };

/** Nearer than this to the end counts as being there. */
const AT_END_PX = 24;
/** Further than this, a button offers the way back. */
const OFFER_JUMP_PX = 70;

export const FOLLOWING: FollowState = { following: true, distance: 0 };

export function follow(state: FollowState, event: FollowEvent): FollowState {
  switch (event.type) {
    case 'moved-up':
      return state.following ? { ...state, following: false } : state;
    case 'scrolled': {
      const following = event.byReader && event.distance <= AT_END_PX ? true : state.following;
      return { following, distance: event.distance };
    }
    case 'pinned':
      return FOLLOWING;
  }
}

export const offersJump = (state: FollowState): boolean => !state.following && state.distance > OFFER_JUMP_PX;
