// What a test can make the demo model do wrong, or hold back, once.

export type Fault =
  /** Answer with this HTTP status; `retryAfterSeconds` becomes the header. */
  | { readonly status: number; readonly retryAfterSeconds?: number; readonly message?: string }
  /** Break the connection off after this many tokens. */
  | { readonly cutAfterTokens: number }
  /** Fall silent after this many tokens (none unless told) until the client leaves. */
  | { readonly stall: true; readonly afterTokens?: number };

/** A request that waits in the middle of its answer. */
export type Hold = {
  /** Resolves when the answer has come to where it waits. */
  readonly reached: Promise<void>;
  /** Lets the rest of the answer go. */
  readonly release: () => void;
};

/** What happens to one request before its token with the given index is written. */
export type Course = {
  readonly failure: {
    readonly status: number;
    readonly retryAfterSeconds: number | null;
    readonly message: string;
  } | null;
  readonly beforeToken: (sentTokens: number, signal: AbortSignal) => Promise<'go' | 'cut'>;
};

type FaultQueue = {
  readonly failNext: (fault: Fault) => void;
  readonly holdNext: (options: { readonly afterTokens: number }) => Hold;
  /** Takes what was ordered for the request that just came; an undisturbed course when nothing was. */
  readonly take: () => Course;
};

const UNDISTURBED: Course = { failure: null, beforeToken: async () => 'go' };

export function createFaultQueue(): FaultQueue {
  const courses: Course[] = [];

  return { failNext, holdNext, take: () => courses.shift() ?? UNDISTURBED };

  function failNext(fault: Fault): void {
    courses.push(toCourse(fault));
  }

  function holdNext(options: { readonly afterTokens: number }): Hold {
    const reached = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    courses.push({ failure: null, beforeToken });
    return { reached: reached.promise, release: released.resolve };

    async function beforeToken(sentTokens: number, signal: AbortSignal): Promise<'go'> {
      if (sentTokens !== options.afterTokens) return 'go';
      reached.resolve();
      await Promise.race([released.promise, aborted(signal)]);
      return 'go';
    }
  }
}

function toCourse(fault: Fault): Course {
  if ('status' in fault) {
    const message = fault.message ?? 'The demo model was told to fail this request.';
    const failure = { status: fault.status, retryAfterSeconds: fault.retryAfterSeconds ?? null, message };
    return { ...UNDISTURBED, failure };
  }
  if ('cutAfterTokens' in fault) {
    return { failure: null, beforeToken: async (sentTokens) => (sentTokens >= fault.cutAfterTokens ? 'cut' : 'go') };
  }
  return { failure: null, beforeToken: stall };

  async function stall(sentTokens: number, signal: AbortSignal): Promise<'go'> {
    const afterTokens = 'stall' in fault ? (fault.afterTokens ?? 0) : 0;
    if (sentTokens >= afterTokens) await aborted(signal);
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
