import { describe, expect, test } from 'vitest';
import {
  contextFault,
  MAX_CONTEXT_BYTES,
  PROTOCOL_VERSION,
  readFrameMessage,
  readHostMessage,
  readInit,
} from './protocol.ts';

const INIT = {
  ...{ type: 'init', version: PROTOCOL_VERSION, theme: {}, scheme: 'light', locale: 'de', brand: {} },
  ...{ shortcuts: { togglePanel: 'Mod+L', quickAsk: 'Mod+ArrowUp' }, context: null, mode: 'panel' },
};
const CONTEXT = { type: 'ticket', id: 'T-1', title: 'Leaking boiler', data: { priority: 'high' } };
const PNG = 'data:image/png;base64,iVBORw0KGgo=';

describe('an init', () => {
  test.each([
    {},
    { theme: { accent: '#0E7490', radius: 0, font: 'Inter, system-ui' } },
    { theme: { accent: { light: '#000000', dark: '#ffffff' } } },
    { brand: { name: 'Harbor', logo: PNG } },
    { shortcuts: { togglePanel: null, quickAsk: 'Alt+/' } },
    { context: CONTEXT, mode: null },
  ])('is accepted with %j', (change) => {
    expect(readInit({ ...INIT, ...change })).toMatchObject({ ok: true });
  });

  test.each([
    [{ theme: { accent: 'red; background: url(https://evil.test)' } }, 'invalid'],
    [{ theme: { accent: 'var(--x)' } }, 'invalid'],
    [{ theme: { radius: -1 } }, 'invalid'],
    [{ theme: { font: 'x"; } body { display: none' } }, 'invalid'],
    [{ theme: { css: 'body{}' } }, 'invalid'],
    [{ brand: { logo: 'https://evil.test/pixel.png' } }, 'invalid'],
    [{ brand: { logo: 'data:text/html,<script>' } }, 'invalid'],
    [{ brand: { logo: PNG + 'A'.repeat(33_000) } }, 'invalid'],
    [{ brand: { name: 'x'.repeat(41) } }, 'invalid'],
    [{ locale: 'xx' }, 'invalid'],
    [{ mode: 'full' }, 'invalid'],
    [{ shortcuts: {} }, 'invalid'],
    [{ more: 1 }, 'invalid'],
    [{ version: 2, more: 1 }, 'version'],
    [{ version: '1' }, 'version'],
    [{ type: 'else' }, 'unknown-type'],
    [{ context: { ...CONTEXT, data: 'x'.repeat(MAX_CONTEXT_BYTES) } }, 'too-large'],
  ])('%j is refused as %s', (change, reason) => {
    expect(readInit({ ...INIT, ...change })).toEqual({ ok: false, reason });
  });

  test.each([null, undefined, 'init', 1, [], () => 1])('%j is no message', (data) => {
    expect(readInit(data)).toEqual({ ok: false, reason: 'unknown-type' });
  });
});

describe('a message over the channel', () => {
  test.each([
    { type: 'mode', mode: null },
    { type: 'ask', text: 'What now?', mode: 'quick', send: true },
    { type: 'context', context: CONTEXT },
    { type: 'context', context: { ...CONTEXT, data: undefined } },
    { type: 'theme', theme: {}, scheme: 'dark' },
    { type: 'token', id: 1, token: 'a.b.c' },
    { type: 'token-failed', id: 1, reason: 'threw' },
  ])('%j is accepted', (message) => {
    expect(readHostMessage(message)).toEqual({ ok: true, value: message });
  });

  test.each([
    [{ type: '__proto__' }, 'unknown-type'],
    [{ type: 'constructor' }, 'unknown-type'],
    [{ type: 'toString' }, 'unknown-type'],
    [{ type: 'eval', code: '1' }, 'unknown-type'],
    [{ type: 'mode', mode: 'panel', more: 1 }, 'invalid'],
    [{ type: 'token', id: 1, token: '' }, 'invalid'],
    [{ type: 'token', id: -1, token: 'a.b.c' }, 'invalid'],
    [{ type: 'ask', text: 1, mode: 'quick', send: true }, 'invalid'],
    [{ type: 'ask', text: 'x'.repeat(70_000), mode: 'quick', send: true }, 'too-large'],
    [{ type: 'ask', text: 'x'.repeat(17_000), mode: 'quick', send: true }, 'invalid'],
    [{ type: 'context', context: { ...CONTEXT, title: '' } }, 'invalid'],
    [{ type: 'context', context: { ...CONTEXT, data: 'ü'.repeat(MAX_CONTEXT_BYTES / 2) } }, 'too-large'],
    [{ type: 'context', context: { ...CONTEXT, data: new Date(0) } }, 'invalid'],
    [{ type: 'context', context: { ...CONTEXT, data: Number.NaN } }, 'invalid'],
  ])('%j is refused as %s', (message, reason) => {
    expect(readHostMessage(message)).toEqual({ ok: false, reason });
  });

  test('a circular or very deep value is refused', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    expect(readHostMessage({ type: 'context', context: { ...CONTEXT, data: circle } })).toMatchObject({ ok: false });
  });

  test('of the frame is checked too', () => {
    expect(readFrameMessage({ type: 'want-token', id: 1, isRenewal: false })).toMatchObject({ ok: true });
    expect(readFrameMessage({ type: 'mode', mode: 'evil' })).toEqual({ ok: false, reason: 'invalid' });
    expect(readFrameMessage({ type: 'navigate', to: '/' })).toEqual({ ok: false, reason: 'unknown-type' });
  });
});

test('says what is wrong with a context', () => {
  expect(contextFault(CONTEXT)).toBeNull();
  expect(contextFault(null)).toBeNull();
  expect(contextFault({ ...CONTEXT, data: 'x'.repeat(9_000) })).toContain('8 kB');
  expect(contextFault('ticket')).toContain('type, id, title');
});
