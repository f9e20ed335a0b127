import { expect, test } from 'vitest';
import { sendMode } from './composer-keys.ts';

const ENTER = {
  key: 'Enter',
  shiftKey: false,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  isComposing: false,
  keyCode: 13,
};

test.each([
  ['Enter chats', {}, 'chat'],
  ['Shift+Enter breaks the line', { shiftKey: true }, null],
  ['Ctrl+Enter searches', { ctrlKey: true }, 'search'],
  ['⌘+Enter searches', { metaKey: true }, 'search'],
  ['Alt+Enter does nothing', { altKey: true }, null],
  ['U7: Enter that confirms an input method does not send', { isComposing: true }, null],
  ['U7: nor does it where only the key code tells', { keyCode: 229 }, null],
  ['another key does not send', { key: 'a' }, null],
])('%s', (_title, change, mode) => {
  expect(sendMode({ ...ENTER, ...change })).toBe(mode);
});
