// Imitated providers over real HTTP that cut off their answers where the user's message says: `{answers, cutAt}`.
import { env } from 'cloudflare:workers';
import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    mockProviderUrl: string;
  }
}

export type Cut = {
  /** The number of bytes still sent; all of them if absent. */
  readonly cutAt?: number;
  /** Ends the body normally, or breaks the connection. */
  readonly ending?: 'end' | 'reset';
};

export type CutProvider = ReturnType<typeof openCutProvider>;

export function openCutProvider() {
  const bindings = env as unknown as Record<string, string>;
  const { ANTHROPIC_BASE_URL: anthropicUrl = '', OPENAI_BASE_URL: openaiUrl = '' } = bindings;
  const mockUrl = inject('mockProviderUrl');
  const realFetch = globalThis.fetch;
  const bodies: string[] = [];

  globalThis.fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    // Both are the demo model; OpenAI's has the longer path.
    const path = url.startsWith(openaiUrl) ? `/v1${url.slice(openaiUrl.length)}` : url.slice(anthropicUrl.length);
    if (!url.startsWith(anthropicUrl)) return realFetch(input, init);
    const reply = await realFetch(mockUrl + path, init);
    const { cutAt = Number.POSITIVE_INFINITY, ending = 'end' } = readCut(String(init?.body));
    const bytes = new Uint8Array(await reply.arrayBuffer());
    bodies.push(new TextDecoder().decode(bytes));
    return new Response(streamOf(bytes.slice(0, cutAt), ending), reply);
  };

  return {
    /** The complete answers that were requested, cut or not. */
    bodies,
    restore: () => {
      globalThis.fetch = realFetch;
    },
  };
}

/** The message is JSON within the JSON of the request. */
function readCut(body: string): Cut {
  const cutAt = /\\"cutAt\\":(\d+)/.exec(body)?.[1];
  const ending = /\\"ending\\":\\"reset\\"/.test(body) ? 'reset' : 'end';
  return cutAt === undefined ? { ending } : { cutAt: Number(cutAt), ending };
}

function streamOf(bytes: Uint8Array, ending: 'end' | 'reset'): ReadableStream<Uint8Array> {
  let isSent = bytes.length === 0;
  return new ReadableStream({
    pull(controller) {
      if (!isSent) {
        isSent = true;
        controller.enqueue(bytes);
      } else if (ending === 'end') controller.close();
      else controller.error(new TypeError('terminated'));
    },
  });
}
