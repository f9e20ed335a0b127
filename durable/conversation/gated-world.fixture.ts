// The world around a Conversation under test: a provider whose bytes come when the test lets them, and a real Postgres
// that can be taken away. Objects run in the isolate of the tests, so replacing the global fetch reaches them.
/// <reference types="@cloudflare/vitest-plugin/types" />
import { env } from 'cloudflare:workers';
import { anthropicFrame } from '../providers/scripted-upstream.ts';
import { ANTHROPIC } from '../providers/wire-fixtures.ts';

const WHOLE = ANTHROPIC.text();
/** The Anthropic stream up to its first text, one piece of text, and the rest from there on. */
export const HEAD = WHOLE.slice(0, 3).join('');
export const TAIL = WHOLE.slice(3).join('');
export const piece = (text: string): string => ANTHROPIC.text(text).slice(3, 4).join('');
/** What HEAD reports as read at full price, from the cache, and written to it. */
export const HEAD_INPUT_TOKENS = { inputTokens: 12, cacheReadTokens: 1000, cacheWriteTokens: 200 };

/** A whole answer of words. */
export const words = (text: string): string => HEAD + piece(text) + TAIL;

export type ScriptedCall = { readonly id: string; readonly name: string; readonly input: unknown };

/** A whole answer that calls tools, side by side; each call's arguments come in two pieces. */
export function toolUse(...calls: ScriptedCall[]): string {
  const frames = ANTHROPIC.toolCall();
  return [...frames.slice(0, 1), ...calls.flatMap(callFrames), ...frames.slice(-2)].join('');
}

function callFrames({ id, name, input }: ScriptedCall, index: number): string[] {
  const args = JSON.stringify(input);
  const half = Math.floor(args.length / 2);
  const block = { type: 'tool_use', id, name, input: {}, caller: { type: 'direct' } } as const;
  return [
    anthropicFrame({ type: 'content_block_start', index, content_block: block }),
    ...[args.slice(0, half), args.slice(half)].map((text) =>
      anthropicFrame({
        type: 'content_block_delta',
        index,
        delta: { type: 'input_json_delta', partial_json: text },
      }),
    ),
    anthropicFrame({ type: 'content_block_stop', index }),
  ];
}

/** One request that reached the provider; nothing comes back until the test says so. */
export type ProviderCall = {
  readonly body: {
    readonly model: string;
    readonly max_tokens: number;
    readonly messages: readonly { role: string; content: unknown }[];
    readonly tools?: readonly { name: string }[];
  };
  /** Settles when the object has let go of the request. */
  aborted(): Promise<void>;
  send(...bytes: string[]): void;
  /** Ends the body, whole or not. */
  end(): void;
  /** The connection breaks. */
  reset(): void;
  /** Answers with this status instead of a stream. */
  refuse(status: number, headers?: Record<string, string>): void;
};

/**
 * Looks again and again until something is there. Test and object share an isolate, but what follows from a promise that
 * the other side settles would run on the other side; so each waits with a timer of its own.
 */
export async function until<T>(look: () => T | undefined | false): Promise<T> {
  for (;;) {
    const found = look();
    if (found) return found;
    await scheduler.wait(1);
  }
}

/** Something that comes to pass once, on either side. */
export function createSignal() {
  let isSet = false;
  return {
    set: (): void => {
      isSet = true;
    },
    wait: async (): Promise<void> => {
      await until(() => isSet);
    },
  };
}

export type Signal = ReturnType<typeof createSignal>;

export type World = ReturnType<typeof createWorld>;

export function createWorld() {
  const { ANTHROPIC_BASE_URL: providerUrl, NEON_FETCH_ENDPOINT: databaseUrl } = env as unknown as Record<
    string,
    string
  >;
  const realFetch = globalThis.fetch;
  const calls: ProviderCall[] = [];
  let given = 0;
  const state = {
    /** `lost` stores and then breaks the connection, so that nobody learns of it. */
    database: 'up' as 'up' | 'down' | 'lost',
    /** What Postgres says of memberships. */
    memberships: 'real' as 'real' | 'none' | 'assistant off' | 'free',
    /** Holds up the answer to the question about memberships. */
    membershipGate: null as Signal | null,
    membershipQuestions: 0,
    /** Ids of users whom the database no longer lets see any shared place. */
    left: new Set<string>(),
    placeQuestions: 0,
    stores: 0,
    /** Holds up the answers to queries that name this SQL function, when they are done. */
    answersOf: null as string | null,
    answerGate: createSignal(),
    /** Queries that were held up. */
    heldAnswers: 0,
    /** Requests to anywhere else. */
    others: [] as string[],
  };

  globalThis.fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    if (providerUrl !== undefined && url.startsWith(providerUrl)) return askProvider(init ?? {});
    if (url === databaseUrl) return askDatabase(url, init ?? {});
    state.others.push(url);
    return realFetch(input, init);
  };

  function askProvider(init: RequestInit): Promise<Response> {
    const { call, respond } = createCall(init);
    calls.push(call);
    return respond();
  }

  async function askDatabase(url: string, init: RequestInit): Promise<Response> {
    const asksMemberships = String(init.body).includes('account_access()');
    if (asksMemberships) {
      state.membershipQuestions += 1;
      await state.membershipGate?.wait();
    } else state.stores += 1;
    if (state.database === 'down') throw new TypeError('connection refused');
    const answer = await realFetch(url, init);
    if (String(init.body).includes('plm.\\"find_shared_place\\"(')) {
      state.placeQuestions += 1;
      if (state.left.has(userOf(String(init.body)))) return refusePlace(answer);
    }
    if (asksMemberships) return alterMemberships(answer, state.memberships);
    // The rows of the outbox name tools too; only a call of the function has the quotes.
    if (state.answersOf && String(init.body).includes(`plm.\\"${state.answersOf}\\"(`)) {
      state.heldAnswers += 1;
      await state.answerGate.wait();
    }
    if (state.database !== 'lost') return answer;
    await answer.text();
    throw new TypeError('connection reset');
  }

  return {
    state,
    calls,
    /** The next request to the provider, also where it came before the test asked for it. */
    nextCall: (): Promise<ProviderCall> => {
      const index = given;
      given += 1;
      return until(() => calls[index]);
    },
    restore: () => {
      globalThis.fetch = realFetch;
    },
  };
}

type Step =
  | { readonly bytes: string }
  | 'end'
  | 'reset'
  | { readonly status: number; readonly headers: Record<string, string> };

function createCall(init: RequestInit): { readonly call: ProviderCall; readonly respond: () => Promise<Response> } {
  const steps: Step[] = [];
  const aborted = createSignal();
  const add = (step: Step): void => {
    steps.push(step);
  };
  const next = (signal: AbortSignal | null | undefined): Promise<Step> =>
    until(() => {
      signal?.throwIfAborted();
      return steps.shift();
    });

  async function respond(): Promise<Response> {
    const { signal } = init;
    signal?.addEventListener('abort', aborted.set);
    const first = await next(signal);
    if (typeof first === 'object' && 'status' in first) {
      const problem = { type: 'error', error: { type: 'api_error', message: 'no' } };
      return Response.json(problem, { status: first.status, headers: first.headers });
    }
    steps.unshift(first);
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        const step = await next(signal);
        if (step === 'end') controller.close();
        else if (step === 'reset') controller.error(new TypeError('terminated'));
        else if ('bytes' in step) controller.enqueue(new TextEncoder().encode(step.bytes));
      },
      cancel: aborted.set,
    });
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  }

  const call: ProviderCall = {
    body: JSON.parse(String(init.body)),
    aborted: aborted.wait,
    send: (...bytes) => {
      for (const text of bytes) add({ bytes: text });
    },
    end: () => add('end'),
    reset: () => add('reset'),
    refuse: (status, headers = {}) => add({ status, headers }),
  };
  return { call, respond };
}

/** Whose claim a batch of queries carries. */
function userOf(body: string): string {
  const { queries } = JSON.parse(body) as { queries: { params: unknown[] }[] };
  const claim = String(queries[0]?.params[0]).split('.')[1] ?? '';
  return (JSON.parse(atob(claim.replaceAll('-', '+').replaceAll('_', '/'))) as { user: string }).user;
}

/** As the function answers who is no member. */
async function refusePlace(answer: Response): Promise<Response> {
  const reply = (await answer.json()) as { results: { rows: unknown[][] }[] };
  const refusal = JSON.stringify({ ok: false, code: 'NOT_FOUND', message: 'No such design session was found.' });
  for (const result of reply.results.slice(1)) result.rows = [[refusal]];
  return Response.json(reply);
}

async function alterMemberships(answer: Response, to: World['state']['memberships']): Promise<Response> {
  if (to === 'real') return answer;
  const text = await answer.text();
  if (to === 'assistant off') return new Response(text.replaceAll(/(aiAssistant\\*": ?)true/g, '$1false'));
  const reply = JSON.parse(text) as { results: { rows: unknown[]; rowCount: number; fields: { name: string }[] }[] };
  if (to === 'free') {
    for (const { rows, fields } of reply.results.slice(1)) {
      const column = fields.findIndex(({ name }) => name === 'tokenAllowance');
      for (const row of rows)
        (row as Record<number | string, unknown>)[Array.isArray(row) ? column : 'tokenAllowance'] = 0;
    }
    return Response.json(reply);
  }
  for (const result of reply.results.slice(1)) {
    result.rows = [];
    result.rowCount = 0;
  }
  return Response.json(reply);
}
