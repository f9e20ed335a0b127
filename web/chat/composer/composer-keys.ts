// Which key press sends: Enter sends a chat message, Ctrl or ⌘+Enter a search. Shift+Enter adds a line.
import type { Press } from '../../design/keys.ts';
import { isPress } from '../../shortcuts/shortcuts.ts';
import type { SendMode } from '../runtime/conversation-store.ts';

export function sendMode(press: Press): SendMode | null {
  if (isPress(press, 'search')) return 'search';
  return isPress(press, 'send') ? 'chat' : null;
}
