import { describe, expect, test } from 'vitest';
import { readJson } from './read-json.ts';

const JSON_TYPE = { 'Content-Type': 'application/json' };
const request = (body: BodyInit, headers: Record<string, string> = JSON_TYPE): Request =>
  new Request('https://groundwire.example.test', { method: 'POST', body, headers, duplex: 'half' } as RequestInit);

async function codeOf(read: Request, options?: Parameters<typeof readJson>[1]): Promise<string> {
  const body = await readJson(read, options);
  return body.ok ? 'ok' : body.error.code;
}

describe('bodies (R20)', () => {
  test('reads a body at the size limit, and refuses one byte more', async () => {
    const exact = JSON.stringify('x'.repeat(98));
    expect(exact).toHaveLength(100);
    expect(await codeOf(request(exact), { limitBytes: 100 })).toBe('ok');
    expect(await codeOf(request(`${exact} `), { limitBytes: 100 })).toBe('PAYLOAD_TOO_LARGE');
  });

  test('counts a body without Content-Length as it arrives, and stops at the limit', async () => {
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

  test.each(['', '{', '{"a":1}x', "{'a':1}", '{"a":"\u0001"}'])('refuses %j', async (text) => {
    expect(await codeOf(request(text))).toBe('BAD_REQUEST');
  });

  test('refuses invalid UTF-8', async () => {
    expect(await codeOf(request(new Uint8Array([0x22, 0xff, 0xfe, 0x22])))).toBe('BAD_REQUEST');
  });

  test('an empty optional body is undefined', async () => {
    const empty = new Request('https://groundwire.example.test', { method: 'POST' });
    expect(await readJson(empty, { optional: true })).toEqual({ ok: true, value: undefined });
  });
});
