import { describe, expect, test } from 'vitest';
import { createRowCounter } from './count-rows.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('createRowCounter', () => {
  test('counts NDJSON lines split across chunks', () => {
    const counter = createRowCounter('ndjson');
    expect(counter.take(bytes('{"seq":3}\n{"se'))).toBe(1);
    expect(counter.take(bytes('q":2}\n{"seq":1}\n'))).toBe(3);
    expect(counter.isIncomplete()).toBe(false);
  });

  test('counts CSV records without the header or line breaks inside fields', () => {
    const counter = createRowCounter('csv');
    expect(counter.take(bytes('seq,id\r\n'))).toBe(0);
    expect(counter.take(bytes('2,"a\r\nb ""quoted'))).toBe(0);
    expect(counter.take(bytes('"" c"\r\n1,x\r\n'))).toBe(2);
  });
});

test.each([
  ['ndjson', '{"seq":1}\n{"incomplete":true,"code":"ACCESS_REVOKED","rows":1}\n', true],
  ['ndjson', '{"seq":1,"parameters":{"incomplete":true}}\n', false],
  ['csv', 'seq,id\r\n1,a\r\nincomplete,ACCESS_REVOKED,words,1,,\r\n', true],
  ['csv', 'seq,id\r\n1,incomplete\r\n', false],
] as const)('%s that had to end early is known as such', (format, text, expected) => {
  const counter = createRowCounter(format);
  for (const byte of bytes(`${'x'.repeat(5_000)}\n${text}`)) counter.take(Uint8Array.of(byte));
  expect(counter.isIncomplete()).toBe(expected);
});
