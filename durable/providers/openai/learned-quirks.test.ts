// What one connection and model was refused must change no request of another one.
import { describe, expect, test } from 'vitest';
import type { ModelRequest, PartState } from '../provider.ts';
import { collect, createManualClock, REQUEST } from '../scripted-upstream.fixture.ts';
import { ANTHROPIC, CONNECTION, OPENAI, RESPONSES } from '../wire.fixture.ts';

type Fields = Readonly<Record<string, unknown>>;

let servers = 0;

/** A server that refuses some fields for some keys and models, at an address of its own. */
function serverOf(refuses: (asked: { readonly key: string; readonly model: unknown }) => readonly string[]) {
  servers += 1;
  const baseUrl = `https://server-${servers}.test/v1`;
  const bodies: Fields[] = [];
  const fetch = async (_input: string | URL | Request, init: RequestInit = {}) => {
    const body = JSON.parse(String(init.body)) as Fields;
    const key = new Headers(init.headers).get('authorization')?.replace('Bearer ', '') ?? '';
    bodies.push(body);
    const refused = refuses({ key, model: body['model'] }).find((field) => field in body);
    if (refused) {
      return Response.json({ error: { message: `Unknown parameter: '${refused}'.`, param: refused } }, { status: 400 });
    }
    return new Response(OPENAI.text('OK').join(''), { headers: { 'content-type': 'text/event-stream' } });
  };
  /** The bodies of one request, with those that were refused first. */
  async function ask(connection: string, model: string): Promise<readonly Fields[]> {
    bodies.length = 0;
    const client = OPENAI.connect(
      { fetch, clock: createManualClock(), random: () => 0 },
      { ...CONNECTION, baseUrl, apiKey: connection },
    );
    const { error } = await collect(client, { ...REQUEST, connection, model, effort: 'low' });
    expect(error).toBeNull();
    return [...bodies];
  }
  return { ask };
}

const FIELDS = ['prompt_cache_key', 'stream_options', 'reasoning_effort'] as const;
const FIELD = 'prompt_cache_key';
const isWhole = (body: Fields | undefined): boolean => FIELDS.every((field) => body !== undefined && field in body);
const MODEL = 'gpt-6-sol';

describe('what a server refused', () => {
  test.each(FIELDS)('stays with the connection that it refused: %s', async (field) => {
    const strict = serverOf(() => [field]);
    const lenient = serverOf(() => []);
    expect(await strict.ask('one', MODEL)).toHaveLength(2);
    for (let round = 0; round < 3; round += 1) {
      const [other, ...otherTries] = await lenient.ask('two', MODEL);
      expect([isWhole(other), otherTries.length]).toEqual([true, 0]);
      const [first, ...tries] = await strict.ask('one', MODEL);
      // Remembered: the field isn't sent again, and all others are.
      expect(tries).toEqual([]);
      expect(FIELDS.filter((name) => !(name in (first ?? {})))).toEqual([field]);
    }
  });

  test('stays with its key, where one address has other rules for another one', async () => {
    const { ask } = serverOf(({ key }) => (key === 'strict' ? [FIELD] : []));
    expect(await ask('strict', MODEL)).toHaveLength(2);
    for (let round = 0; round < 3; round += 1) {
      expect((await ask('lenient', MODEL)).map(isWhole)).toEqual([true]);
      expect((await ask('strict', MODEL)).map((body) => FIELD in body)).toEqual([false]);
    }
  });

  test('stays with its model', async () => {
    const { ask } = serverOf(({ model }) => (model === MODEL ? [FIELD] : []));
    expect(await ask('one', MODEL)).toHaveLength(2);
    for (let round = 0; round < 3; round += 1) {
      expect((await ask('one', 'gpt-6-luna')).map(isWhole)).toEqual([true]);
      expect((await ask('one', MODEL)).map((body) => FIELD in body)).toEqual([false]);
    }
  });
});

describe.each([
  { wire: RESPONSES, model: 'gpt-6-sol', name: 'openai-responses', path: 'reasoning' },
  { wire: ANTHROPIC, model: 'claude-sonnet-5-5', name: 'anthropic', path: 'thinking' },
] as const)('a remedy over $name', ({ wire, model, name, path }) => {
  const payloads = {
    reasoning: { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'e==' },
    thinking: { type: 'thinking', thinking: '', signature: 'signed' },
  };
  const state = (connection: string): PartState => ({ wire: name, connection, model, payload: payloads[path] });
  const requestOf = (connection: string): ModelRequest => ({
    ...REQUEST,
    ...{ connection, model },
    tools: [{ name: 'find_parts', description: 'Finds parts.', parameters: { type: 'object' } }],
    messages: [
      ...REQUEST.messages,
      {
        role: 'assistant',
        parts: [
          { type: 'reasoning', state: state(connection) },
          { type: 'tool-call', id: 'c1', name: 'find_parts', arguments: '{}' },
        ],
      },
      { role: 'tool', toolCallId: 'c1', toolName: 'find_parts', text: '3 parts' },
    ],
  });

  test('is kept by the conversation, so the adapter sends the next connection everything', async () => {
    const bodies: string[] = [];
    const fetch = async (_input: string | URL | Request, init: RequestInit = {}) => {
      const text = String(init.body);
      bodies.push(text);
      const isRefused =
        new Headers(init.headers).get('authorization') === 'Bearer strict' && text.includes(`"type":"${path}"`);
      return isRefused
        ? Response.json({ error: { message: 'thinking signature or encrypted_content is not valid' } }, { status: 400 })
        : new Response(wire.text('OK').join(''), { headers: { 'content-type': 'text/event-stream' } });
    };
    const ask = async (connection: string) => {
      bodies.length = 0;
      const deps = { fetch, clock: createManualClock(), random: () => 0 };
      const { error, events } = await collect(
        wire.connect(deps, { ...CONNECTION, apiKey: connection }),
        requestOf(connection),
      );
      expect(error).toBeNull();
      return events.flatMap((event) => (event.type === 'remedies' ? event.remedies : []));
    };
    for (let round = 0; round < 2; round += 1) {
      expect((await ask('strict')).length).toBeGreaterThan(0);
      expect(bodies.length).toBeGreaterThan(1);
      expect(await ask('lenient')).toEqual([]);
      expect(bodies.map((text) => text.includes(`"type":"${path}"`))).toEqual([true]);
    }
  });
});
