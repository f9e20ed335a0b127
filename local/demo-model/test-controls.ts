// What tests see and control: the requests received, and faults or pauses to apply to the next ones.
import type { PromptTokens, WireOutput, WireRequest } from './wires/wire.ts';

export type RecordedRequest = {
  readonly wire: 'anthropic' | 'openai';
  /** The JSON body as received. */
  readonly body: unknown;
  /** The key as received, which shows the setting it came from. */
  readonly apiKey: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Null for a request that was refused. */
  readonly request: WireRequest | null;
  readonly output: WireOutput | null;
  readonly prompt: PromptTokens | null;
  readonly status: number;
  /** Tokens written to the client so far. */
  readonly sentTokens: number;
  /** The client left before the answer was complete. */
  readonly aborted: boolean;
  /** The whole answer was written. */
  readonly finished: boolean;
  /** Resolves when the answer is complete, cut off or refused, or the client has left. */
  readonly settled: Promise<void>;
};

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
export type LiveRequest = Mutable<RecordedRequest> & { readonly settle: () => void };

const MAX_REQUESTS = 500;

export function createRequestLog() {
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

  /** Resolves with the next request, once its answer starts. */
  function next(): Promise<RecordedRequest> {
    return new Promise((resolve) => waiting.push(resolve));
  }

  function announce(request: RecordedRequest): void {
    for (const resolve of waiting.splice(0)) resolve(request);
  }
}

export type Fault =
  /** Answer with this HTTP status; `retryAfterSeconds` becomes the header. */
  | { readonly status: number; readonly retryAfterSeconds?: number; readonly message?: string }
  /** Break the connection after this many tokens. */
  | { readonly cutAfterTokens: number }
  /** Fall silent after this many tokens (0 by default) until the client leaves. */
  | { readonly stall: true; readonly afterTokens?: number };

/** A request that waits in the middle of its answer. */
export type Hold = {
  /** Resolves when the answer first waits. */
  readonly reached: Promise<void>;
  /** Releases the answer up to where it waits next, or its end. */
  readonly release: () => void;
};

/** Where an answer waits: after `afterTokens` tokens, `times` times. */
export type HoldOptions = { readonly afterTokens: number; readonly times?: number };

/** Controls one request before each of its tokens. */
export type Course = {
  readonly failure: {
    readonly status: number;
    readonly retryAfterSeconds: number | null;
    readonly message: string;
  } | null;
  readonly beforeToken: (sentTokens: number, signal: AbortSignal) => Promise<'go' | 'cut'>;
};

const UNDISTURBED: Course = { failure: null, beforeToken: async () => 'go' };

/** Each fault or pause applies to one request, in the order in which they were set. */
export function createFaultQueue() {
  const courses: Course[] = [];

  return { failNext, holdNext, take: (): Course => courses.shift() ?? UNDISTURBED };

  function failNext(fault: Fault): void {
    courses.push(toCourse(fault));
  }

  function holdNext({ afterTokens, times = 1 }: HoldOptions): Hold {
    const reached = Promise.withResolvers<void>();
    const waits = Array.from({ length: times }, (_, index) => ({
      at: afterTokens * (index + 1),
      released: Promise.withResolvers<void>(),
    }));
    let next = 0;
    courses.push({ failure: null, beforeToken });
    return { reached: reached.promise, release: () => waits[next++]?.released.resolve() };

    async function beforeToken(sentTokens: number, signal: AbortSignal): Promise<'go'> {
      const wait = waits.find(({ at }) => at === sentTokens);
      if (!wait) return 'go';
      reached.resolve();
      await Promise.race([wait.released.promise, aborted(signal)]);
      return 'go';
    }
  }
}

function toCourse(fault: Fault): Course {
  if ('status' in fault) {
    const message = fault.message ?? 'The demo model fails this request because a test asked it to.';
    return {
      ...UNDISTURBED,
      failure: { status: fault.status, retryAfterSeconds: fault.retryAfterSeconds ?? null, message },
    };
  }
  if ('cutAfterTokens' in fault)
    return { failure: null, beforeToken: async (sentTokens) => (sentTokens >= fault.cutAfterTokens ? 'cut' : 'go') };
  return { failure: null, beforeToken: stall };

  async function stall(sentTokens: number, signal: AbortSignal): Promise<'go'> {
    if ('stall' in fault && sentTokens >= (fault.afterTokens ?? 0)) await aborted(signal);
    return 'go';
  }
}

/** Never resolves: it rejects when the signal aborts. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
