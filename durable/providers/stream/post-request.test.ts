import { expect, test } from 'vitest';
import { createPost, ProviderStatusError } from './post-request.ts';

const CONNECTION = { apiKey: 'sk-test-0123456789', baseUrl: 'https://gateway.example/v1' };

function postTo(...replies: Response[]) {
  const sent: { url: string; init: RequestInit }[] = [];
  const fetch = async (url: string | URL | Request, init: RequestInit = {}) => {
    sent.push({ url: String(url), init });
    return replies[sent.length - 1] ?? Response.error();
  };
  const post = createPost(CONNECTION, '/responses', { fetch });
  const signal = new AbortController().signal;
  return { sent, ask: (headers = {}) => post({ model: 'm' }, { signal, onSend: () => undefined, headers }) };
}

async function failureOf(reply: Response): Promise<ProviderStatusError> {
  const failure: unknown = await postTo(reply)
    .ask()
    .catch((error: unknown) => error);
  if (!(failure instanceof ProviderStatusError)) throw new Error(`not refused: ${String(failure)}`);
  return failure;
}

test('sends JSON with the key to the address of the connection', async () => {
  const { sent, ask } = postTo(new Response('data: {}\n\n'));
  await ask({ 'x-version': '1' });
  expect(sent.map(({ url }) => url)).toEqual(['https://gateway.example/v1/responses']);
  expect(sent[0]?.init).toMatchObject({ method: 'POST', body: '{"model":"m"}' });
  expect(new Headers(sent[0]?.init.headers).get('authorization')).toBe('Bearer sk-test-0123456789');
  expect(new Headers(sent[0]?.init.headers).get('x-version')).toBe('1');
});

test('never follows a redirect with the key (R25)', async () => {
  const { sent, ask } = postTo(new Response(null, { status: 307, headers: { location: 'https://evil.example' } }));
  await expect(ask()).rejects.toMatchObject({ status: 307 });
  expect(sent).toHaveLength(1);
  expect(sent[0]?.init.redirect).toBe('manual');
});

test.each([
  ['an error', JSON.stringify({ error: { message: 'too long', code: 'c', param: 'input' } }), '400 too long', 'c'],
  ['a list of one error', JSON.stringify([{ error: { message: 'bad key', code: 'k' } }]), '400 bad key', 'k'],
  ['an error as text', '{"error":"no such model"}', '400 {"error":"no such model"}', undefined],
  ['a page', '<h1>Bad gateway</h1>', '400 <h1>Bad gateway</h1>', undefined],
  ['nothing', '', '400 (no body)', undefined],
])('a refusal with %s says what the provider said', async (_what, body, message, code) => {
  const failure = await failureOf(new Response(body, { status: 400, headers: { 'x-request-id': 'req_1' } }));
  expect(failure).toMatchObject({ status: 400, message, code, requestID: 'req_1' });
});

test('reads no more of an error than its limit', async () => {
  let sent = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 1;
      controller.enqueue(new Uint8Array(16_384).fill(97));
    },
  });
  expect((await failureOf(new Response(endless, { status: 500 }))).message.length).toBeLessThan(100_000);
  expect(sent).toBeLessThan(10);
});

test('sends nothing once it was stopped', async () => {
  const controller = new AbortController();
  controller.abort(new Error('stopped'));
  const happened: string[] = [];
  const fetch = async () => {
    happened.push('sent');
    return new Response();
  };
  const post = createPost(CONNECTION, '/responses', { fetch });
  const asked = post({}, { signal: controller.signal, onSend: () => happened.push('left') });
  await expect(asked).rejects.toThrow('stopped');
  expect(happened).toEqual([]);
});
