// Replaces a hosted model while no provider is configured: real wires and a realistic pace, but no intelligence. It stores
// nothing on disk, makes no requests, and says that it is not an AI.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { answer, thinkAloud } from './answer.ts';
import {
  type Course,
  createFaultQueue,
  createRequestLog,
  type Fault,
  type Hold,
  type HoldOptions,
  type LiveRequest,
  type RecordedRequest,
} from './test-controls.ts';
import { anthropicWire } from './wires/anthropic-wire.ts';
import { openAiWire } from './wires/openai-wire.ts';
import { createPrefixCache, isFailure, layOut, type Wire, type WireFailure, type WireReply } from './wires/wire.ts';

export type DemoModel = {
  /** `http://127.0.0.1:PORT`: the Anthropic base URL. The OpenAI base URL is this plus `/v1`. */
  readonly url: string;
  readonly port: number;
  /** The requests so far, the newest last; old ones are dropped. */
  readonly requests: readonly RecordedRequest[];
  /** Resolves with the next request, once its answer starts. */
  readonly nextRequest: () => Promise<RecordedRequest>;
  /** Sets a fault for the next request without one. */
  readonly failNext: (fault: Fault) => void;
  /** Pauses the next request in the middle of its answer until it is released. */
  readonly holdNext: (options: HoldOptions) => Hold;
  readonly close: () => Promise<void>;
};

/** Milliseconds to the first token, and from one token to the next. */
export type Pace = { readonly firstTokenMs: number; readonly tokenMs: number } | 'human' | 'instant';

export type DemoModelOptions = {
  /** 0, the default, takes a free port. */
  readonly port?: number;
  readonly pace?: Pace;
  /** Shorter prompts are not cached; the default is that of hosted models. */
  readonly cacheMinTokens?: number;
  /** Milliseconds since the epoch: the prompt cache's clock, and the day that "this week" counts from. */
  readonly now?: () => number;
};

const HOST = '127.0.0.1';
const MAX_BODY_BYTES = 16 * 1024 * 1024;
const CACHE_MIN_TOKENS = 1024;
const SSE_HEADERS = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' };

/** @throws the listen error (`EADDRINUSE`, …) if the port is taken */
export async function startDemoModel(options: DemoModelOptions = {}): Promise<DemoModel> {
  const { pace = 'human', now = Date.now } = options;
  const log = createRequestLog();
  const faults = createFaultQueue();
  const cache = createPrefixCache({ minTokens: options.cacheMinTokens ?? CACHE_MIN_TOKENS, now });
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  // An idle connection that is closed just as it is reused would look like an outage.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, HOST, resolve);
  });
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
    if (request.method === 'GET' && path === '/v1/models')
      return sendJson(response, 200, listModels('anthropic-version' in request.headers));
    if (request.method === 'GET' && path === '/') return sendJson(response, 200, { service: 'demo-model', ai: false });
    const failure = { status: 404, message: `Unknown route: ${request.method} ${path}` };
    sendJson(response, failure.status, openAiWire.encodeError(failure));
  }

  async function serve(wire: Wire, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(incoming);
    if (isBroken(body)) return sendJson(response, body.failure.status, wire.encodeError(body.failure));
    const { authorization, 'x-api-key': header, cookie: _, ...rest } = incoming.headers;
    const apiKey = typeof header === 'string' ? header : (authorization ?? '').replace(/^Bearer\s+/i, '');
    const headers = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, String(value)]));
    const live = log.open({ wire: wire.name, body: body.json, apiKey, headers });
    const course = faults.take();
    const parsed = wire.parse(body.json);
    if (apiKey === '') return refuse(wire, live, response, { status: 401, message: 'No API key was sent.' });
    if (course.failure !== null) return refuse(wire, live, response, course.failure, course.failure.retryAfterSeconds);
    if (isFailure(parsed)) return refuse(wire, live, response, parsed);

    const planned = answer(parsed.chat, new Date(now()).toISOString().slice(0, 10));
    const thinking = parsed.thinking ? thinkAloud(planned) : '';
    const output = layOut({ answer: planned, thinking, maxTokens: parsed.maxTokens, callIdPrefix: wire.callIdPrefix });
    const prompt = wire.count(cache.read(`${wire.name} ${parsed.model} ${apiKey}`, parsed.segments));
    const reply: WireReply = { request: parsed, output, prompt };
    Object.assign(live, { ...reply, status: 200 });
    log.announce(live);
    await write({ wire, reply, response, pace, course, live });
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

  async function close(): Promise<void> {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
}

type Body = { readonly json: unknown } | { readonly failure: WireFailure };
const isBroken = (body: Body): body is { readonly failure: WireFailure } => 'failure' in body;

async function readBody(incoming: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming) {
    bytes += (chunk as Buffer).length;
    if (bytes > MAX_BODY_BYTES) return { failure: { status: 413, message: 'The request is too large.' } };
    chunks.push(chunk as Buffer);
  }
  try {
    return { json: JSON.parse(Buffer.concat(chunks).toString('utf8')) };
  } catch {
    return { failure: { status: 400, message: 'The request body is not valid JSON.' } };
  }
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** Other ids work too, as on compatible endpoints. */
const MODELS = [
  ...['claude-sonnet-5-5', 'claude-opus-5-5', 'claude-sonnet-4-6', 'claude-opus-4-7'],
  ...['gpt-6.2-sol', 'gpt-4.1', 'gemini-4-hydrogen', 'llama3.2'],
];
const LISTED_SINCE = 1_767_225_600;

function listModels(isAnthropic: boolean): unknown {
  if (!isAnthropic)
    return {
      object: 'list',
      data: MODELS.map((id) => ({ id, object: 'model', created: LISTED_SINCE, owned_by: 'demo-model' })),
    };
  const data = MODELS.filter((id) => id.startsWith('claude')).map((id) => ({
    type: 'model',
    id,
    display_name: `${id} (demo model, no AI)`,
    created_at: new Date(LISTED_SINCE * 1000).toISOString(),
  }));
  return { data, has_more: false, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
}

// ── Writing an answer ───────────────────────────────────────────────────────────────────────────────────────────────────

type Writing = {
  readonly wire: Wire;
  readonly reply: WireReply;
  readonly response: ServerResponse;
  readonly pace: Pace;
  readonly course: Course;
  readonly live: LiveRequest;
};

/** A client drops queued data when its connection breaks, so give it a moment to read. */
const BREAK_AFTER_MS = 25;

/** Writes one answer at the pace, and stops when the client leaves. */
async function write(writing: Writing): Promise<void> {
  const { live, reply, response } = writing;
  const left = new AbortController();
  const leave = () => {
    if (!response.writableEnded) left.abort(new Error('the client left'));
  };
  response.once('close', leave);
  try {
    const outcome = await (reply.request.stream ? writeStream : writeUnstreamed)(writing, left.signal);
    if (outcome === 'whole') live.finished = true;
    else {
      await sleep(BREAK_AFTER_MS);
      response.destroy();
    }
  } catch (error) {
    if (!left.signal.aborted) throw error;
    live.aborted = true;
  } finally {
    response.off('close', leave);
  }
}

async function writeStream(writing: Writing, left: AbortSignal): Promise<'whole' | 'cut'> {
  const { live, response, wire } = writing;
  response.writeHead(200, SSE_HEADERS).flushHeaders();
  // Events before the first token are sent together with it, as hosted models do.
  let pending = '';
  for (const frame of wire.encodeStream(writing.reply)) {
    if (frame.token && (await nextToken(writing, left)) === 'cut') return 'cut';
    pending += frame.text;
    if (live.sentTokens === 0) continue;
    await send(response, pending, left);
    pending = '';
  }
  response.end(pending);
  return 'whole';
}

async function writeUnstreamed(writing: Writing, left: AbortSignal): Promise<'whole' | 'cut'> {
  const { reply, response, wire } = writing;
  for (const _piece of reply.output.parts.flatMap(({ pieces }) => pieces))
    if ((await nextToken(writing, left)) === 'cut') return 'cut';
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(wire.encodeUnstreamed(reply)));
  return 'whole';
}

async function nextToken({ course, live, pace }: Writing, left: AbortSignal): Promise<'go' | 'cut'> {
  if ((await course.beforeToken(live.sentTokens, left)) === 'cut') return 'cut';
  left.throwIfAborted();
  const delayMs = delayBefore(pace, live.sentTokens);
  if (delayMs > 0) await sleep(delayMs, undefined, { signal: left });
  live.sentTokens += 1;
  return 'go';
}

/** Like hosted models: about 50 tokens a second, the first after a third of a second. */
const HUMAN = { firstTokenMs: 320, tokenMs: 20 };

/** Milliseconds before the token with this index. */
export function delayBefore(pace: Pace, index: number): number {
  if (pace === 'instant') return 0;
  const { firstTokenMs, tokenMs } = pace === 'human' ? HUMAN : pace;
  // A perfectly even pace looks unnatural.
  const unevenness = pace === 'human' ? 1 + 0.22 * Math.sin(index * 2.4) : 1;
  return (index === 0 ? firstTokenMs : tokenMs) * unevenness;
}

async function send(response: ServerResponse, text: string, left: AbortSignal): Promise<void> {
  left.throwIfAborted();
  if (response.write(text)) return;
  await new Promise<void>((resolve, reject) => {
    response.once('drain', resolve);
    left.addEventListener('abort', () => reject(left.reason), { once: true });
  });
}
