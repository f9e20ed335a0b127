// Stands in for a hosted model while no provider key is set: real wires, human pace, and no intelligence.
// It keeps nothing on disk, calls nobody, and says that it is no AI whenever it is asked.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answer } from './answer.ts';
import { anthropicWire } from './anthropic-wire.ts';
import { createFaultQueue, type Fault, type Hold } from './faults.ts';
import { listForAnthropic, listForOpenAi } from './model-list.ts';
import { openAiWire } from './openai-wire.ts';
import { layOut } from './output.ts';
import type { Pace } from './pace.ts';
import { createPrefixCache } from './prefix-cache.ts';
import { createRequestLog, type LiveRequest, type RecordedRequest } from './request-log.ts';
import { thinkAloud } from './thinking.ts';
import { isFailure, type Reply, type Wire, type WireFailure } from './wire.ts';
import { writeReply } from './write-reply.ts';

export type DemoModel = {
  /** `http://127.0.0.1:PORT`: the Anthropic base URL as it is; the OpenAI base URL is this plus `/v1`. */
  readonly url: string;
  readonly port: number;
  /** What came so far, the newest last, bounded. */
  readonly requests: readonly RecordedRequest[];
  /** Resolves with the request that comes next, once its answer begins. */
  readonly nextRequest: () => Promise<RecordedRequest>;
  /** Orders a fault for the next request that has none yet. */
  readonly failNext: (fault: Fault) => void;
  /** Makes the next request wait in the middle of its answer until it is released. */
  readonly holdNext: (options: { readonly afterTokens: number }) => Hold;
  readonly close: () => Promise<void>;
};

export type DemoModelOptions = {
  /** 0, the default, takes a free port. */
  readonly port?: number;
  readonly pace?: Pace;
  /** Shorter prompts are not cached; the default is what the hosted models have. */
  readonly cacheMinTokens?: number;
  /** Milliseconds since the epoch: the prompt cache's clock. */
  readonly now?: () => number;
};

const HOST = '127.0.0.1';
const MAX_BODY_BYTES = 16 * 1024 * 1024;
const CACHE_MIN_TOKENS = 1024;

/** @throws the listen error (`EADDRINUSE`, …) when the port cannot be had. */
export async function startDemoModel(options: DemoModelOptions = {}): Promise<DemoModel> {
  const pace = options.pace ?? 'human';
  const log = createRequestLog();
  const faults = createFaultQueue();
  const cache = createPrefixCache({
    minTokens: options.cacheMinTokens ?? CACHE_MIN_TOKENS,
    now: options.now ?? Date.now,
  });
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  await listen();
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://${HOST}:${port}`,
    port,
    requests: log.requests,
    nextRequest: log.next,
    failNext: faults.failNext,
    holdNext: faults.holdNext,
    close,
  };

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '/').split('?')[0];
    if (request.method === 'POST' && path === '/v1/messages') return serve(anthropicWire, request, response);
    if (request.method === 'POST' && path === '/v1/chat/completions') return serve(openAiWire, request, response);
    if (request.method === 'GET' && path === '/v1/models') {
      return sendJson(response, 200, 'anthropic-version' in request.headers ? listForAnthropic() : listForOpenAi());
    }
    if (request.method === 'GET' && path === '/') return sendJson(response, 200, { service: 'demo-model', ai: false });
    sendJson(
      response,
      404,
      openAiWire.encodeError({ status: 404, message: `Unknown route: ${request.method} ${path}` }),
    );
  }

  async function serve(wire: Wire, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const read = await readBody(incoming);
    if (!read.ok) return sendJson(response, read.failure.status, wire.encodeError(read.failure));
    const apiKey = keyOf(incoming);
    const live = log.open({ wire: wire.name, body: read.body, apiKey, headers: publicHeaders(incoming) });
    const course = faults.take();
    const parsed = wire.parse(read.body);
    if (apiKey === '') return refuse(wire, live, response, { status: 401, message: 'No API key was sent.' });
    if (course.failure !== null) return refuse(wire, live, response, course.failure, course.failure.retryAfterSeconds);
    if (isFailure(parsed)) return refuse(wire, live, response, parsed);

    const planned = answer(parsed.chat);
    const thinking = parsed.thinking ? thinkAloud(planned) : '';
    const output = layOut({
      answer: planned,
      thinking,
      maxTokens: parsed.maxTokens,
      callIdPrefix: wire.callIdPrefix,
    });
    const scope = `${wire.name} ${parsed.model} ${apiKey}`;
    const prompt = wire.count(cache.read(scope, parsed.segments));
    const reply: Reply = { request: parsed, output, prompt };
    Object.assign(live, { ...reply, status: 200 });
    log.announce(live);
    await writeReply({ wire, reply, response, pace, course, live });
    live.settle();
  }

  function refuse(
    wire: Wire,
    live: LiveRequest,
    response: ServerResponse,
    failure: WireFailure,
    retryAfterSeconds: number | null = null,
  ): void {
    live.status = failure.status;
    live.finished = true;
    log.announce(live);
    if (retryAfterSeconds !== null) response.setHeader('retry-after', String(retryAfterSeconds));
    sendJson(response, failure.status, wire.encodeError(failure));
    live.settle();
  }

  async function listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port ?? 0, HOST, resolve);
    });
  }

  async function close(): Promise<void> {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
}

type Body = { readonly ok: true; readonly body: unknown } | { readonly ok: false; readonly failure: WireFailure };

async function readBody(incoming: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming) {
    bytes += (chunk as Buffer).length;
    if (bytes > MAX_BODY_BYTES) return { ok: false, failure: { status: 413, message: 'The request is too large.' } };
    chunks.push(chunk as Buffer);
  }
  try {
    return { ok: true, body: JSON.parse(Buffer.concat(chunks).toString('utf8')) };
  } catch {
    return { ok: false, failure: { status: 400, message: 'The request body is not valid JSON.' } };
  }
}

function keyOf(incoming: IncomingMessage): string {
  const header = incoming.headers['x-api-key'];
  if (typeof header === 'string') return header;
  return (incoming.headers.authorization ?? '').replace(/^Bearer\s+/i, '');
}

function publicHeaders(incoming: IncomingMessage): Readonly<Record<string, string>> {
  const { authorization, 'x-api-key': apiKey, cookie, ...rest } = incoming.headers;
  return Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, String(value)]));
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
