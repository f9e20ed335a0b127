// A provider over real HTTP that answers exactly as a test says, on Anthropic's wire and on OpenAI's Responses: any status, body, stop
// reason or break. Words in the user's message select the replies. What the real API refuses is a 400 here too, including thinking
// that it didn't write.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isRecord } from '../../../durable/providers/stream/tool-arguments.ts';
import {
  ANTHROPIC_START,
  anthropicBlock,
  anthropicStop,
  type Frames,
  frame,
  framesOf,
  type ScriptedPart,
  type ScriptedWire,
} from './scripted-answer.ts';
import { faultsAt } from './strict-wires.ts';

/** One reply: an HTTP refusal, another body than a stream, an answer, or the events of a stream on Anthropic's wire. */
export type ScriptedReply =
  | { readonly status: number; readonly error: string }
  | { readonly contentType: string; readonly body: string }
  | { readonly parts: readonly ScriptedPart[]; readonly stop?: string }
  | { readonly frames: readonly string[]; readonly ending?: 'close' | 'hang' | 'reset' };

export const UNSCRIPTED = 'It is open.';

type Item = Readonly<Record<string, unknown>>;
/** One request that was accepted. `items` are the messages, or the items of Responses. */
export type AskedRequest = { readonly wire: ScriptedWire; readonly model: string; readonly items: readonly Item[] };

export type ScriptedProvider = Awaited<ReturnType<typeof startScriptedProvider>>;

export async function startScriptedProvider() {
  const scripts: { readonly words: string; readonly replies: ScriptedReply[] }[] = [];
  const asked: { readonly question: string; readonly request: AskedRequest }[] = [];
  const refused: string[] = [];
  let acceptedKey: string | null = null;
  /** The thinking that each wire wrote, by its seal. */
  const sealed: Readonly<Record<ScriptedWire, Map<string, string>>> = {
    anthropic: new Map(),
    'openai-responses': new Map(),
  };

  const server = createServer((request, response) => {
    readBody(request).then(
      (body) => void answer(request, body, response),
      (error: unknown) => response.destroy(error instanceof Error ? error : new Error('unreadable request')),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;

  async function answer(request: IncomingMessage, body: Item, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    const wire: ScriptedWire = path.endsWith('/responses') ? 'openai-responses' : 'anthropic';
    if (acceptedKey !== null && keyOf(request) !== acceptedKey)
      return send(response, wire, { status: 401, error: 'invalid x-api-key' });
    const items = listOf(body[wire === 'anthropic' ? 'messages' : 'input']);
    const faults = [...faultsAt(path, body), ...foreignThinking(wire, items)];
    if (faults.length > 0) {
      refused.push(faults.join('; '));
      return send(response, wire, { status: 400, error: faults.join('; ') });
    }
    const question = items.map(questionOf).findLast((words) => words !== '') ?? '';
    asked.push({ question, request: { wire, model: String(body['model']), items } });
    const reply = scripts.findLast(({ words }) => question.includes(words))?.replies.shift();
    return send(response, wire, reply ?? { parts: [{ text: UNSCRIPTED }] });
  }

  /** Thinking is bound to the provider that wrote it, and may not be changed. */
  function foreignThinking(wire: ScriptedWire, items: readonly Item[]): string[] {
    return thinkingIn(items).flatMap(({ seal, text }) =>
      sealed[wire].get(seal) === text ? [] : ['Invalid signature or encrypted content in thinking'],
    );
  }

  async function send(response: ServerResponse, wire: ScriptedWire, reply: ScriptedReply): Promise<void> {
    if ('status' in reply) {
      // Without the last header the product retries what may be temporary, which only takes time here.
      response.writeHead(reply.status, { 'Content-Type': 'application/json', 'X-Should-Retry': 'false' });
      response.end(JSON.stringify({ type: 'error', error: { type: 'api_error', message: reply.error } }));
      return;
    }
    if ('body' in reply) {
      response.writeHead(200, { 'Content-Type': reply.contentType });
      response.end(reply.body);
      return;
    }
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    if ('parts' in reply) {
      const seal = (thinking: string): string => {
        const name = `sealed-${crypto.randomUUID()}`;
        sealed[wire].set(name, thinking);
        return name;
      };
      await write(response, framesOf(wire, reply.parts, { seal, stop: reply.stop }));
      response.end();
      return;
    }
    const { frames, ending } = reply;
    // Only once they have left: otherwise the connection breaks before the reply has begun, and the product asks again.
    response.write(frames.join(''), () => {
      if (ending === 'reset') response.destroy();
      else if (ending !== 'hang') response.end();
    });
  }

  return {
    url,
    /** Settings for the stack under test: Anthropic is here. */
    settings: { ANTHROPIC_API_KEY: 'none', ANTHROPIC_BASE_URL: url },
    /** And OpenAI too, over Responses. */
    bothSettings: {
      ...{ ANTHROPIC_API_KEY: 'none', ANTHROPIC_BASE_URL: url },
      ...{ OPENAI_API_KEY: 'none', OPENAI_BASE_URL: `${url}/v1`, OPENAI_WIRE: 'openai-responses' },
    },
    /** The replies to requests whose question has these words, one each. Requests without a reply get `UNSCRIPTED`. */
    script: (words: string, ...replies: ScriptedReply[]): void => void scripts.push({ words, replies }),
    /** From now on, requests with another key are refused. */
    acceptOnly: (key: string): void => {
      acceptedKey = key;
    },
    /** The accepted requests whose question has these words. */
    asked: (words: string): AskedRequest[] =>
      asked.flatMap(({ question, request }) => (question.includes(words) ? [request] : [])),
    /** Why requests were refused as invalid. */
    refused: (): readonly string[] => refused,
    stop: async (): Promise<void> => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function write(response: ServerResponse, frames: Frames): Promise<void> {
  for (const one of frames) {
    if (typeof one === 'string') response.write(one);
    else await one;
  }
}

/** As the real APIs, it takes the key in either header. */
const keyOf = ({ headers }: IncomingMessage): string | undefined =>
  headers['x-api-key']?.toString() ?? headers.authorization?.replace(/^Bearer /, '');

async function readBody(request: IncomingMessage): Promise<Item> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text) as Item;
}

const listOf = (value: unknown): Item[] => (Array.isArray(value) ? value.filter(isRecord) : []);

/** The text of a person's message; empty for anything else, such as the results of tools, which may have the same role. */
function questionOf({ role, content }: Item): string {
  if (role !== 'user') return '';
  if (typeof content === 'string') return content;
  const blocks = listOf(content);
  if (blocks.some(({ type }) => type === 'tool_result')) return '';
  return blocks.map(({ text }) => String(text ?? '')).join('');
}

/** The thinking in a request, with what binds it to its provider. */
export function thinkingIn(items: readonly Item[]): { readonly seal: string; readonly text: string }[] {
  return items.flatMap((item) => {
    if (item['type'] === 'reasoning')
      return [{ seal: String(item['encrypted_content']), text: textsOf(item['summary']) }];
    return listOf(item['content'])
      .filter(({ type }) => type === 'thinking')
      .map(({ signature, thinking }) => ({ seal: String(signature), text: String(thinking) }));
  });
}

const textsOf = (parts: unknown): string =>
  listOf(parts)
    .map(({ text }) => String(text))
    .join('');

const textBlock = (text: string): string =>
  anthropicBlock(0, { type: 'text', text: '' }, [{ type: 'text_delta', text }]);

/** A text that ends with this stop reason. */
export const say = (text: string, reason = 'end_turn'): ScriptedReply => ({
  frames: [ANTHROPIC_START, text === '' ? '' : textBlock(text), anthropicStop(reason)],
});

/** Text, then an `error` event. */
export const failInStream = (text: string, type: string, message: string): ScriptedReply => ({
  frames: [ANTHROPIC_START, text === '' ? '' : textBlock(text), frame('error', { error: { type, message } })],
});

/** Text, then nothing: the connection stays open, or breaks. */
export const breakOff = (text: string, ending: 'hang' | 'reset'): ScriptedReply => ({
  frames: [ANTHROPIC_START, text === '' ? '' : textBlock(text)],
  ending,
});

/** Calls one tool. */
export const callTool = (name: string, input: object | string): ScriptedReply => {
  const json = typeof input === 'string' ? input : JSON.stringify(input);
  const start = { type: 'tool_use', id: `toolu_${name}`, name, input: {} };
  const call = anthropicBlock(0, start, [{ type: 'input_json_delta', partial_json: json }]);
  return { frames: [ANTHROPIC_START, call, anthropicStop('tool_use')] };
};
