// The requests that the demo model got, the newest last, for tests to look at. Bounded, in memory only.
import type { Output } from './output.ts';
import type { PromptTokens } from './prefix-cache.ts';
import type { WireRequest } from './wire.ts';

export type RecordedRequest = {
  readonly wire: 'anthropic' | 'openai';
  /** The JSON body as it came. */
  readonly body: unknown;
  /** The key as it came, to see which key a setting led to. */
  readonly apiKey: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Null for a request that was refused. */
  readonly request: WireRequest | null;
  readonly output: Output | null;
  readonly prompt: PromptTokens | null;
  readonly status: number;
  /** Tokens that were written to the client so far. */
  readonly sentTokens: number;
  /** True once the client left before the answer was whole. */
  readonly aborted: boolean;
  /** True once the whole answer was written. */
  readonly finished: boolean;
  /** Resolves when the answer is whole, cut off, refused, or the client has left. */
  readonly settled: Promise<void>;
};

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

export type LiveRequest = Mutable<RecordedRequest> & { readonly settle: () => void };

type RequestLog = {
  readonly requests: readonly RecordedRequest[];
  readonly open: (known: Pick<RecordedRequest, 'wire' | 'body' | 'apiKey' | 'headers'>) => LiveRequest;
  /** Resolves with the request that comes next, once its answer begins. */
  readonly next: () => Promise<RecordedRequest>;
  readonly announce: (request: RecordedRequest) => void;
};

const MAX_REQUESTS = 500;

export function createRequestLog(): RequestLog {
  const requests: RecordedRequest[] = [];
  const waiting: ((request: RecordedRequest) => void)[] = [];

  return { requests, open, next, announce };

  function open(known: Pick<RecordedRequest, 'wire' | 'body' | 'apiKey' | 'headers'>): LiveRequest {
    const settled = Promise.withResolvers<void>();
    const live = {
      ...known,
      request: null,
      output: null,
      prompt: null,
      status: 0,
      sentTokens: 0,
      aborted: false,
      finished: false,
      settled: settled.promise,
      settle: settled.resolve,
    };
    requests.push(live);
    if (requests.length > MAX_REQUESTS) requests.shift();
    return live;
  }

  function next(): Promise<RecordedRequest> {
    return new Promise((resolve) => waiting.push(resolve));
  }

  function announce(request: RecordedRequest): void {
    for (const resolve of waiting.splice(0)) resolve(request);
  }
}
