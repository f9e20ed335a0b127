// Replaces `fetch` in tests inside the Workers runtime: records every request to a model provider and replies as the test
// says. Worker and objects share the tests' isolate.
/// <reference types="@cloudflare/vitest-plugin/types" />
import { env } from 'cloudflare:workers';
import { ANTHROPIC, OPENAI, RESPONSES } from '../durable/providers/wire.fixture.ts';
import { faultsAt } from '../local/testing/providers/strict-wires.ts';

export type UpstreamRequest = {
  readonly url: string;
  readonly headers: Headers;
  readonly text: string;
  readonly body: { readonly model: string; readonly max_tokens?: number; readonly max_output_tokens?: number };
  readonly redirect: string | undefined;
};

export type Upstreams = ReturnType<typeof openUpstreams>;

/** Returns a new response for each request, because a body can only be read once. */
type Reply = () => Response | Promise<Response>;

export function openUpstreams() {
  const { NEON_FETCH_ENDPOINT: database } = env as unknown as Record<string, string>;
  const realFetch = globalThis.fetch;
  const requests: UpstreamRequest[] = [];
  const replies = new Map<string, Reply>();
  const gate = { ofDatabase: null as Promise<void> | null, ollama: null as object | null };
  const lists = new Map<string, object>();
  const listsRead: string[] = [];

  globalThis.fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    if (url === database) {
      await gate.ofDatabase;
      return realFetch(input, init);
    }
    // Ollama's own API, which is asked for the context that it gives a model.
    const { pathname } = new URL(url);
    if (pathname === '/api/ps' && gate.ollama) return Response.json(gate.ollama);
    if (/^\/api\/(ps|show|generate)$/.test(pathname)) return new Response(null, { status: 404 });
    // Lists of models, which are read when settings are saved or tested.
    if (pathname.endsWith('/models')) {
      const { host } = new URL(url);
      listsRead.push(host);
      const list = lists.get(host);
      return list ? Response.json(list) : new Response(null, { status: 404 });
    }
    const text = String(init?.body);
    const headers = new Headers(init?.headers);
    requests.push({ url, headers, text, body: JSON.parse(text), redirect: init?.redirect });
    const faults = faultsAt(url, JSON.parse(text));
    if (faults.length > 0) return refusing(400, faults.join('; '));
    const host = new URL(url).host;
    const reply = replies.get(host);
    if (reply) return reply();
    return saying(`${host} says hello`, url);
  };

  return {
    requests,
    /** The hosts of the requests, in order. */
    hosts: () => requests.map(({ url }) => new URL(url).host),
    /** Sets the reply of `host`; without one, it gives a valid answer. */
    reply: (host: string, reply?: Reply) => (reply ? replies.set(host, reply) : replies.delete(host)),
    /** The context that an Ollama server gives a model. */
    giveContext: (name: string, context_length: number) => {
      gate.ollama = { models: [{ name, context_length }] };
    },
    /** The list of models of a server; without one, it has none. */
    listModels: (host: string, list: object) => lists.set(host, list),
    /** The hosts whose lists were read. */
    listsRead: () => listsRead,
    /** Makes every host give a valid answer again. */
    replyAll: () => {
      lists.clear();
      replies.clear();
      gate.ollama = null;
    },
    /** Postgres does not answer until the returned function is called. */
    holdDatabase: () => {
      const held = Promise.withResolvers<void>();
      gate.ofDatabase = held.promise;
      return () => {
        gate.ofDatabase = null;
        held.resolve();
      };
    },
    forget: () => {
      requests.length = 0;
      listsRead.length = 0;
    },
    close: () => {
      globalThis.fetch = realFetch;
    },
  };
}

/** A complete answer in the wire format of `url`. */
export function saying(text: string, url: string): Response {
  const wire = url.endsWith('/messages') ? ANTHROPIC : url.endsWith('/responses') ? RESPONSES : OPENAI;
  return new Response(wire.text(text).join(''), { headers: { 'content-type': 'text/event-stream' } });
}

export const refusing = (status: number, message = 'no'): Response =>
  Response.json({ type: 'error', error: { type: 'some_error', message } }, { status });
