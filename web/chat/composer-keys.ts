// Which key press sends, and as what: Enter chats, Ctrl or ⌘ with Enter searches. Shift+Enter breaks the line, and an
// Enter that confirms an input method's suggestion belongs to the input method.
import type { SendMode } from './conversation-store.ts';

type KeyPress = Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey' | 'isComposing' | 'keyCode'>;

/** Safari reports the confirming Enter after composition has ended, recognisable only by this code. */
const INPUT_METHOD_KEY_CODE = 229;

export function sendMode(press: KeyPress): SendMode | null {
  if (press.key !== 'Enter' || press.isComposing || press.keyCode === INPUT_METHOD_KEY_CODE) return null;
  if (press.shiftKey || press.altKey) return null;
  return press.ctrlKey || press.metaKey ? 'search' : 'chat';
}
