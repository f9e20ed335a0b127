import { expect, test } from 'vitest';
import { sendsMessage } from './composer-keys.ts';

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
  ['Enter sends', {}, true],
  ['Shift+Enter breaks the line', { shiftKey: true }, false],
  ['Ctrl+Enter does not chat', { ctrlKey: true }, false],
  ['U7: Enter that confirms an input method does not send', { isComposing: true }, false],
  ['U7: nor does it where only the key code tells', { keyCode: 229 }, false],
  ['another key does not send', { key: 'a' }, false],
])('%s', (_title, change, sends) => {
  expect(sendsMessage({ ...ENTER, ...change })).toBe(sends);
});
