// Keys that are pressed while an input method composes belong to it: they confirm, cancel or change a suggestion. This guard
// runs before every other listener, so no handler has to think of it: they never see such a key.

type KeyPress = Pick<KeyboardEvent, 'isComposing' | 'keyCode'>;

const KEY_EVENTS = ['keydown', 'keypress', 'keyup'] as const;

/** Safari reports the confirming key after composition has ended; only this code identifies it. */
const INPUT_METHOD_KEY_CODE = 229;

export const isOfInputMethod = ({ isComposing, keyCode }: KeyPress): boolean =>
  isComposing || keyCode === INPUT_METHOD_KEY_CODE;

/** Call it before anything else listens to keys. Listeners on the window itself must not use the capture phase. */
export function installInputMethodGuard(): void {
  for (const type of KEY_EVENTS) addEventListener(type, guard, { capture: true });
}

function guard(event: KeyboardEvent): void {
  if (!isOfInputMethod(event)) return;
  event.stopImmediatePropagation();
  if (hasDefaultAction(event)) event.preventDefault();
}

/** Without a handler, Esc still closes a native dialog or clears a search field, and Enter in a one-line field sends its form. */
const hasDefaultAction = ({ key, target }: KeyboardEvent): boolean =>
  key === 'Escape' || (key === 'Enter' && target instanceof HTMLInputElement);
