// A provider over real HTTP that answers on Anthropic's wire exactly as a test says: any status, body, stop reason or break.
// Words in the user's message select the replies. What the real API refuses is a 400 here too.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { anthropicFaults } from './strict-wires.ts';

/** One reply: an HTTP refusal, another body than a stream, or the events of a stream. */
export type ScriptedReply =
  | { readonly status: number; readonly error: string }
  | { readonly contentType: string; readonly body: string }
  | { readonly frames: readonly string[]; readonly ending?: 'close' | 'hang' | 'reset' };

export const UNSCRIPTED = 'It is open.';

type Body = { readonly messages: readonly { readonly role: string; readonly content: unknown }[] };

export type ScriptedProvider = Awaited<ReturnType<typeof startScriptedProvider>>;

export async function startScriptedProvider() {
  const scripts: { readonly words: string; readonly replies: ScriptedReply[] }[] = [];
  const server = createServer((request, response) => {
    readBody(request).then(
      (body) => {
        const faults = anthropicFaults(body);
        if (faults.length > 0) send(response, { status: 400, error: faults.join('; ') });
        else send(response, replyTo(body));
      },
      (error: unknown) => response.destroy(error instanceof Error ? error : new Error('unreadable request')),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;

  function replyTo({ messages }: Body): ScriptedReply {
    const question = messages.map(questionOf).findLast((words) => words !== '') ?? '';
    return scripts.findLast(({ words }) => question.includes(words))?.replies.shift() ?? say(UNSCRIPTED);
  }

  return {
    url,
    /** Settings for the stack under test. */
    settings: { ANTHROPIC_API_KEY: 'none', ANTHROPIC_BASE_URL: url },
    /** The replies to requests whose question has these words, one each. Requests without a reply get `UNSCRIPTED`. */
    script: (words: string, ...replies: ScriptedReply[]): void => void scripts.push({ words, replies }),
    stop: async (): Promise<void> => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function readBody(request: IncomingMessage): Promise<Body> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text) as Body;
}

/** The text of a person's message; empty for the results of tools, which have the same role. */
function questionOf({ role, content }: Body['messages'][number]): string {
  if (role !== 'user') return '';
  if (typeof content === 'string') return content;
  const blocks = Array.isArray(content) ? (content as { type: string; text?: string }[]) : [];
  if (blocks.some(({ type }) => type === 'tool_result')) return '';
  return blocks.map(({ text }) => text ?? '').join('');
}

function send(response: ServerResponse, reply: ScriptedReply): void {
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
  const { frames, ending } = reply;
  // Only once they have left: otherwise the connection breaks before the reply has begun, and the product asks again.
  response.write(frames.join(''), () => {
    if (ending === 'reset') response.destroy();
    else if (ending !== 'hang') response.end();
  });
}

const frame = (type: string, fields: object): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;

const START = frame('message_start', {
  message: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    content: [],
    usage: { input_tokens: 20, output_tokens: 1 },
  },
});

const block = (index: number, start: object, deltas: readonly object[]): string =>
  frame('content_block_start', { index, content_block: start }) +
  deltas.map((delta) => frame('content_block_delta', { index, delta })).join('') +
  frame('content_block_stop', { index });

const stop = (reason: string): string =>
  frame('message_delta', { delta: { stop_reason: reason, stop_sequence: null }, usage: { output_tokens: 9 } }) +
  frame('message_stop', {});

const textBlock = (text: string): string => block(0, { type: 'text', text: '' }, [{ type: 'text_delta', text }]);

/** A text that ends with this stop reason. */
export const say = (text: string, reason = 'end_turn'): ScriptedReply => ({
  frames: [START, text === '' ? '' : textBlock(text), stop(reason)],
});

/** Text, then an `error` event. */
export const failInStream = (text: string, type: string, message: string): ScriptedReply => ({
  frames: [START, text === '' ? '' : textBlock(text), frame('error', { error: { type, message } })],
});

/** Text, then nothing: the connection stays open, or breaks. */
export const breakOff = (text: string, ending: 'hang' | 'reset'): ScriptedReply => ({
  frames: [START, text === '' ? '' : textBlock(text)],
  ending,
});

/** Calls one tool. */
export const callTool = (name: string, input: object | string): ScriptedReply => {
  const json = typeof input === 'string' ? input : JSON.stringify(input);
  const start = { type: 'tool_use', id: `toolu_${name}`, name, input: {} };
  return { frames: [START, block(0, start, [{ type: 'input_json_delta', partial_json: json }]), stop('tool_use')] };
};
