// The model providers as tests inside the Workers runtime see them: every request that leaves for one is kept, with its
// headers and its whole text, and answered as the test says. Worker and objects share the isolate of the tests.
/// <reference types="@cloudflare/vitest-plugin/types" />
import { env } from 'cloudflare:workers';
import { ANTHROPIC, OPENAI } from '../durable/providers/wire-fixtures.ts';

export type UpstreamRequest = {
  readonly url: string;
  readonly headers: Headers;
  readonly text: string;
  readonly body: { readonly model: string; readonly max_tokens?: number; readonly max_completion_tokens?: number };
  readonly redirect: string | undefined;
};

export type Upstreams = ReturnType<typeof openUpstreams>;

/** Made anew for each request: a body belongs to the request that it was made in. */
type Reply = () => Response | Promise<Response>;

export function openUpstreams() {
  const { NEON_FETCH_ENDPOINT: database } = env as unknown as Record<string, string>;
  const realFetch = globalThis.fetch;
  const requests: UpstreamRequest[] = [];
  const replies = new Map<string, Reply>();
  const gate = { ofDatabase: null as Promise<void> | null };

  globalThis.fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    if (url === database) {
      await gate.ofDatabase;
      return realFetch(input, init);
    }
    const text = String(init?.body);
    const headers = new Headers(init?.headers);
    requests.push({ url, headers, text, body: JSON.parse(text), redirect: init?.redirect });
    const host = new URL(url).host;
    const reply = replies.get(host);
    if (reply) return reply();
    return saying(`${host} says hello`, url);
  };

  return {
    requests,
    /** Hosts that were asked, in order. */
    hosts: () => requests.map(({ url }) => new URL(url).host),
    /** From now on `host` answers so; without a reply it answers well. */
    reply: (host: string, reply?: Reply) => (reply ? replies.set(host, reply) : replies.delete(host)),
    /** From now on every host answers well. */
    replyAll: () => replies.clear(),
    /** Postgres answers nobody until the returned function is called. */
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
    },
    close: () => {
      globalThis.fetch = realFetch;
    },
  };
}

/** A whole answer on the wire that `url` speaks. */
export function saying(text: string, url: string): Response {
  const wire = url.endsWith('/messages') ? ANTHROPIC : OPENAI;
  return new Response(wire.text(text).join(''), { headers: { 'content-type': 'text/event-stream' } });
}

export const refusing = (status: number, message = 'no'): Response =>
  Response.json({ type: 'error', error: { type: 'some_error', message } }, { status });
