import { describe, expect, test } from 'vitest';
import { readJson } from './read-json.ts';

const JSON_TYPE = { 'Content-Type': 'application/json' };
const request = (body: BodyInit, headers: Record<string, string> = JSON_TYPE): Request =>
  new Request('https://groundwire.example.test', { method: 'POST', body, headers, duplex: 'half' } as RequestInit);

async function codeOf(read: Request, options?: Parameters<typeof readJson>[1]): Promise<string> {
  const body = await readJson(read, options);
  return body.ok ? 'ok' : body.error.code;
}

describe('R20: bodies', () => {
  test('a body of the limit’s size is read, one byte more is not', async () => {
    const exact = JSON.stringify('x'.repeat(98));
    expect(exact).toHaveLength(100);
    expect(await codeOf(request(exact), { limitBytes: 100 })).toBe('ok');
    expect(await codeOf(request(`${exact} `), { limitBytes: 100 })).toBe('PAYLOAD_TOO_LARGE');
  });

  test('a body that does not say its size is counted as it comes, and not read to its end', async () => {
    let pulls = 0;
    const endless = new ReadableStream({
      pull: (controller) => {
        pulls += 1;
        controller.enqueue(new Uint8Array(1_000));
      },
    });
    expect(await codeOf(request(endless), { limitBytes: 10_000 })).toBe('PAYLOAD_TOO_LARGE');
    expect(pulls).toBeLessThan(20);
  });

  test.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON'])('%s is JSON', async (type) => {
    expect(await codeOf(request('{}', { 'Content-Type': type }))).toBe('ok');
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonx', 'multipart/form-data'])(
    '%s is not',
    async (type) => {
      expect(await codeOf(request('{}', { 'Content-Type': type }))).toBe('UNSUPPORTED_MEDIA_TYPE');
    },
  );

  test.each(['', '{', '{"a":1}x', "{'a':1}", '{"a":"\u0001"}'])('%j is not understood', async (text) => {
    expect(await codeOf(request(text))).toBe('BAD_REQUEST');
  });

  test('bytes that are no UTF-8 are not guessed at', async () => {
    expect(await codeOf(request(new Uint8Array([0x22, 0xff, 0xfe, 0x22])))).toBe('BAD_REQUEST');
  });

  test('an empty body is undefined where it may be', async () => {
    const empty = new Request('https://groundwire.example.test', { method: 'POST' });
    expect(await readJson(empty, { optional: true })).toEqual({ ok: true, value: undefined });
  });
});
