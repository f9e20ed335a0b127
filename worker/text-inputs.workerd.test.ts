// R20 for text: no route fails on text that Postgres can't store, on deep JSON or on long text, and no route can be declared
// with a string that lets such text in.
import { env } from 'cloudflare:workers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest';
import { settingsOf } from '../durable/env.ts';
import { isStorable } from '../durable/input-text.ts';
import { stringsIn, valuesWith } from '../durable/schema-walk.fixture.ts';
import { askFromAnywhere, CALLS, paramsOf, pathOf, type RouteCall } from './routing/route-calls.fixture.ts';
import { openUpstreams, type Upstreams } from './upstream.fixture.ts';
import { type Ask, chatBody, readEvents, refillRate, signedIn, tokenOf } from './visitor.fixture.ts';

/** Has every permission, and tokens left. */
const PERSON = 'nora@northlight.test';

const HOSTILE: readonly (readonly [string, string])[] = [
  ['NUL', 'a\0b'],
  ['half a surrogate pair', 'a\ud83d'],
  ['long text', 'x'.repeat(70_000)],
];
const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

const calls = CALLS.map((call) => [call.name, call] as const);
const inputsOf = ({ route }: RouteCall) =>
  [route.params, route.query, route.body].filter((schema) => schema !== undefined);

describe('every string that a route takes is refused or cleaned (R20)', () => {
  test.each(calls)('%s', (_name, call) => {
    for (const schema of inputsOf(call))
      for (const { path, schema: text } of stringsIn(schema))
        for (const hostile of ['a\0b', '\0', 'a\ud83d', '\ude00b']) {
          const parsed = text.safeParse(hostile);
          if (parsed.success) expect(isStorable(String(parsed.data)), `${path}: use input-text.ts`).toBe(true);
        }
  });
});

let logged: MockInstance<typeof console.error>;
let token: string;
let upstreams: Upstreams;
beforeAll(async () => {
  token = await tokenOf(PERSON);
  upstreams = openUpstreams();
});
afterAll(() => upstreams.close());
beforeEach(async () => {
  await refillRate(PERSON);
  logged = vi.spyOn(console, 'error').mockImplementation(() => undefined);
});
/** Many conversations at once wait for their rows to be stored; nothing else may be logged. */
afterEach(() => {
  const lines = logged.mock.calls.map(([line]) => String(line));
  expect(lines.filter((line) => !line.includes('"event":"outbox.waiting"'))).toEqual([]);
});

async function statusOf(path: string, options: Ask): Promise<number> {
  await refillRate(PERSON);
  const isOperators = path.startsWith('/api/v1/operator/');
  const headers = {
    Authorization: `Bearer ${isOperators ? settingsOf(env).OPERATOR_TOKEN : token}`,
    ...options.headers,
  };
  const response = await askFromAnywhere(path, { ...options, headers });
  await response.body?.cancel();
  return response.status;
}

describe.each(HOSTILE)('%s is refused or accepted, never an internal error (R20)', (_what, text) => {
  test.each(calls)('%s', async (_name, call) => {
    const { method, query, body } = call.route;
    const attempts: { path: string; body?: unknown; where: string }[] = [];
    for (const name of paramsOf(call.path))
      attempts.push({ path: pathOf(call, { [name]: inUrl(text) }), where: `{${name}}`, ...(body && { body: {} }) });
    if (query)
      for (const { path: where, value } of valuesWith(query, text))
        attempts.push({ path: `${pathOf(call)}?${search(value as object)}`, where: `?${where}` });
    if (body)
      for (const { path: where, value } of valuesWith(body, text))
        attempts.push({ path: pathOf(call), body: value, where });
    for (const { where, ...options } of attempts)
      expect(await statusOf(options.path, { method: method.toUpperCase(), body: options.body }), where).toBeLessThan(
        500,
      );
  });
});

test.each(calls.filter(([, { route }]) => route.body))('%s refuses a deeply nested body (R20)', async (_name, call) => {
  const method = call.route.method.toUpperCase();
  for (const body of [deep(5_000), `{"x":${deep(100_000)}}`]) {
    const status = await statusOf(pathOf(call), { method, body });
    expect([400, 404]).toContain(status);
  }
});

const HEADERS = ['X-Org', 'X-Run-Id', 'Idempotency-Key', 'X-Session-Id', 'Last-Event-ID', 'Cookie'];
test.each(calls)('%s answers strange headers without an internal error (R20)', async (_name, call) => {
  const { method, body } = call.route;
  for (const header of HEADERS)
    for (const value of ['x'.repeat(4_000), 'a\u00ff', 'groundwire_org=%00%ff']) {
      const options = { method: method.toUpperCase(), headers: { [header]: value }, ...(body && { body: {} }) };
      expect(await statusOf(pathOf(call), options), `${header}: ${value.slice(0, 20)}`).toBeLessThan(500);
    }
});

test('a message with NUL and half an emoji is stored with replacement characters (R20)', async () => {
  const nora = await signedIn(PERSON);
  const threadId = crypto.randomUUID();
  await readEvents(await nora('/api/v1/ai/chat', { body: chatBody(threadId, 'run-1', 'half \ud83d and \0 nul') }));
  const stored = await (await nora(`/api/v1/ai/sessions/${threadId}/messages`)).text();
  expect(stored).toContain('half \ufffd and \ufffd nul');
  expect(upstreams.requests.every(({ text }) => !/\\u0000|\\ud83d/i.test(text))).toBe(true);
});

const inUrl = (text: string): string => (text.isWellFormed() ? encodeURIComponent(text.slice(0, 8_000)) : 'a%ED%A0%BD');

const search = (values: object): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}=${inUrl(String(value))}`)
    .join('&');
