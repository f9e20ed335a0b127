// A provider that speaks Anthropic's stream wire. The last user message describes the stream that it sends.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import * as z from 'zod';
import { announce } from '../harness/server-process.ts';
import { readSpec, type StreamSpec, stamp } from './stream-spec.ts';

const Content = z.union([z.string(), z.array(z.object({ text: z.string() })).transform((parts) => parts.at(-1)?.text)]);
const Body = z.object({ messages: z.array(z.object({ role: z.string(), content: Content })) });

const MESSAGE = {
  id: 'msg_bench',
  type: 'message',
  role: 'assistant',
  model: 'bench',
  content: [],
  stop_reason: null,
  stop_sequence: null,
  usage: { input_tokens: 10, output_tokens: 1 },
};

const server = createServer((request, response) => {
  answer(request, response).catch(() => response.destroy());
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  announce({ url: `http://127.0.0.1:${port}` }, () => void server.close());
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const { messages } = Body.parse(JSON.parse(Buffer.concat(chunks).toString()));
  const spec = readSpec(messages.at(-1)?.content ?? '');
  if (spec.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, spec.delayMs));
  response.socket?.setNoDelay(true);
  response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8', 'Cache-Control': 'no-cache' });
  send(response, 'message_start', { message: MESSAGE });
  send(response, 'content_block_start', { index: 0, content_block: { type: 'text', text: '' } });
  await (spec.everyMs === 0 ? sendUnpaced(response, spec) : sendPaced(response, spec));
  send(response, 'content_block_stop', { index: 0 });
  send(response, 'message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: spec.events } });
  send(response, 'message_stop', {});
  response.end();
}

/** As fast as possible, but each event is written separately, as a provider's tokens are. */
async function sendUnpaced(response: ServerResponse, { events }: StreamSpec): Promise<void> {
  for (let index = 0; index < events; index += 1) {
    sendDelta(response, index);
    await setImmediate();
  }
}

/** Sends late events together, which keeps the average rate on a busy machine. */
function sendPaced(response: ServerResponse, { events, everyMs }: StreamSpec): Promise<void> {
  const startedAt = performance.now();
  let sent = 0;
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const due = Math.min(events, Math.floor((performance.now() - startedAt) / everyMs));
      while (sent < due) {
        sendDelta(response, sent);
        sent += 1;
      }
      if (sent < events && !response.destroyed) return;
      clearInterval(timer);
      resolve();
    }, everyMs);
  });
}

const sendDelta = (response: ServerResponse, index: number): void =>
  send(response, 'content_block_delta', { index: 0, delta: { type: 'text_delta', text: `w${index} ${stamp()}` } });

function send(response: ServerResponse, type: string, fields: Record<string, unknown>): void {
  response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`);
}
