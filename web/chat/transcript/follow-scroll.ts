// Whether the transcript follows new text. Pure: use-follow-scroll.ts reports events, and this reducer decides. Following
// stops at the reader's first upward wheel, touch or key, or when they open a fold, and resumes when they scroll back to the end. It pauses while a
// pointer is pressed: a button that moves between press and release gets no click.

export type FollowState = {
  readonly following: boolean;
  /** A pointer is pressed in the transcript. */
  readonly pressed: boolean;
  readonly distance: number;
};

export type FollowEvent =
  /** The reader moves up, before the page has scrolled. */
  | { readonly type: 'moved-up' }
  /** The position changed; `byReader` is false where the page itself scrolled or grew. */
  | { readonly type: 'scrolled'; readonly distance: number; readonly byReader: boolean }
  | { readonly type: 'pressed' | 'released' }
  /** The reader opened or closed a fold: they read on from there, not from the end. */
  | { readonly type: 'folded' }
  /** A message was sent, or the jump button pressed. */
  | { readonly type: 'pinned' };

/** Within this distance the reader is at the end. */
const AT_END_PX = 24;
/** Beyond this distance, show the jump button. */
const OFFER_JUMP_PX = 70;

export const FOLLOWING: FollowState = { following: true, pressed: false, distance: 0 };

export function follow(state: FollowState, event: FollowEvent): FollowState {
  switch (event.type) {
    case 'moved-up':
    case 'folded':
      return state.following ? { ...state, following: false } : state;
    case 'scrolled': {
      const following = event.byReader && event.distance <= AT_END_PX ? true : state.following;
      return { ...state, following, distance: event.distance };
    }
    case 'pressed':
    case 'released':
      return { ...state, pressed: event.type === 'pressed' };
    case 'pinned':
      return { ...FOLLOWING, pressed: state.pressed };
  }
}

/** Whether to scroll to the end when the content grows. */
export const staysAtEnd = ({ following, pressed }: FollowState): boolean => following && !pressed;

export const offersJump = (state: FollowState): boolean => !state.following && state.distance > OFFER_JUMP_PX;
