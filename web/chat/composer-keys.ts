// Which key press sends: Enter alone. Shift+Enter breaks the line, and an Enter that confirms an input method's
// suggestion belongs to the input method.

type KeyPress = Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey' | 'isComposing' | 'keyCode'>;

/** Safari reports the confirming Enter after composition has ended, recognisable only by this code. */
const INPUT_METHOD_KEY_CODE = 229;

export function sendsMessage(press: KeyPress): boolean {
  if (press.key !== 'Enter' || press.isComposing || press.keyCode === INPUT_METHOD_KEY_CODE) return false;
  return !press.shiftKey && !press.ctrlKey && !press.metaKey && !press.altKey;
}
