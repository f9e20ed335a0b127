import { describe, expect, test } from 'vitest';
import { createManualClock } from '../scripted-upstream.fixture.ts';
import { CONNECTION } from '../wire.fixture.ts';
import { readOllamaContext } from './ollama-context.ts';

let servers = 0;
const never = new AbortController().signal;

type Answers = Readonly<Record<string, (body: unknown) => unknown>>;

/** A server at an address of its own, because what a server said is kept for a while. */
function serverOf(answers: Answers) {
  servers += 1;
  const baseUrl = `http://127.0.0.1:${servers}/v1`;
  const asked: string[] = [];
  const clock = createManualClock();
  const fetch = async (input: string | URL | Request, init: RequestInit = {}) => {
    const path = new URL(String(input)).pathname.replace('/api/', '');
    asked.push(path);
    init.signal?.throwIfAborted();
    const answer = answers[path];
    if (!answer) return new Response('404 page not found', { status: 404 });
    const said = await answer(init.body ? JSON.parse(String(init.body)) : null);
    return said instanceof Promise ? await said : Response.json(said);
  };
  const read = (model = 'llama3.2', signal = never) =>
    readOllamaContext({ ...CONNECTION, baseUrl }, { model, signal }, { fetch, clock });
  return { read, asked, clock };
}

const loaded = (name: string, context_length?: number) => ({ models: [{ name, model: name, context_length }] });

describe('the context of an Ollama model', () => {
  test.each(['llama3.2', 'llama3.2:latest'])('is what the loaded model %s has', async (name) => {
    const { read, asked } = serverOf({ ps: () => loaded(name, 4_096) });
    expect(await read()).toBe(4_096);
    expect(asked).toEqual(['ps']);
  });

  test('is known after the model is loaded, without a prompt', async () => {
    let isLoaded = false;
    const bodies: unknown[] = [];
    const { read, asked } = serverOf({
      ps: () => (isLoaded ? loaded('llama3.2:latest', 32_768) : loaded('another:latest', 8_192)),
      generate: (body) => {
        bodies.push(body);
        isLoaded = true;
        return { done: true };
      },
    });
    expect(await read()).toBe(32_768);
    expect(asked).toEqual(['ps', 'generate', 'ps']);
    expect(bodies).toEqual([{ model: 'llama3.2', stream: false }]);
  });

  test('of an older server is the one that was set for the model', async () => {
    const { read } = serverOf({
      ps: () => loaded('llama3.2:latest'),
      generate: () => ({}),
      show: () => ({ parameters: 'stop    "<|eot_id|>"\nnum_ctx                        16384' }),
    });
    expect(await read()).toBe(16_384);
  });

  test('is asked again after a minute, because the server may give another one', async () => {
    let tokens = 4_096;
    const { read, asked, clock } = serverOf({ ps: () => loaded('llama3.2', tokens) });
    await read();
    tokens = 8_192;
    expect(await read()).toBe(4_096);
    expect(asked).toHaveLength(1);
    clock.advance(60_000);
    expect(await read()).toBe(8_192);
  });

  test.each<[string, Answers]>([
    ['has no such API', {}],
    ['replies with something else', { ps: () => 'busy', generate: () => [], show: () => ({ parameters: 7 }) }],
    ['fails', { ps: () => Promise.reject(new TypeError('fetch failed')) }],
  ])('is unknown when the server %s', async (_what, answers) => {
    expect(await serverOf(answers).read()).toBeNull();
  });

  test('is unknown when the server doesn’t reply in time', async () => {
    const sent = Promise.withResolvers<void>();
    const clock = createManualClock();
    const fetch = (_input: unknown, init: RequestInit = {}): Promise<Response> =>
      new Promise((_resolve, reject) => {
        init.signal?.addEventListener('abort', () => reject(init.signal?.reason));
        sent.resolve();
      });
    const connection = { ...CONNECTION, baseUrl: 'http://127.0.0.1:9/v1' };
    const read = readOllamaContext(connection, { model: 'm', signal: never }, { fetch, clock });
    await sent.promise;
    clock.advance(5_000);
    expect(await read).toBeNull();
  });

  test('ends with the reason of a stop', async () => {
    const controller = new AbortController();
    controller.abort(new Error('stopped'));
    await expect(serverOf({}).read('llama3.2', controller.signal)).rejects.toThrow('stopped');
  });
});
