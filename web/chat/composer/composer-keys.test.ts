import { expect, test } from 'vitest';
import { sendMode } from './composer-keys.ts';

const ENTER = {
  key: 'Enter',
  shiftKey: false,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
};

test.each([
  ['sends a chat message on Enter', {}, 'chat'],
  ['adds a line on Shift+Enter', { shiftKey: true }, null],
  ['searches on Ctrl+Enter', { ctrlKey: true }, 'search'],
  ['searches on ⌘+Enter', { metaKey: true }, 'search'],
  ['ignores Alt+Enter', { altKey: true }, null],
  ['ignores other keys', { key: 'a' }, null],
])('sendMode %s', (_title, change, mode) => {
  expect(sendMode({ ...ENTER, ...change })).toBe(mode);
});
