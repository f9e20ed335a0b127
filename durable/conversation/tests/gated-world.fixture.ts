// The environment of a Conversation in tests: a provider whose bytes the test releases, and a real Postgres that the test
// can make unavailable. Objects run in the isolate of the tests, so replacing the global fetch reaches them.
/// <reference types="@cloudflare/vitest-plugin/types" />
import { env } from 'cloudflare:workers';
import { faultsAt } from '../../../local/testing/providers/strict-wires.ts';
import { anthropicFrame } from '../../providers/scripted-upstream.fixture.ts';
import { ANTHROPIC } from '../../providers/wire.fixture.ts';

const WHOLE = ANTHROPIC.text();
/** Anthropic's stream up to its first text, one piece of text, and the rest. */
export const HEAD = WHOLE.slice(0, 3).join('');
export const TAIL = WHOLE.slice(3).join('');
export const piece = (text: string): string => ANTHROPIC.text(text).slice(3, 4).join('');
/** The counts in HEAD: input read at full price, from the cache, and written to it. */
export const HEAD_INPUT_TOKENS = { inputTokens: 12, cacheReadTokens: 1000, cacheWriteTokens: 200 };

/** A complete answer with this text. */
export const words = (text: string): string => HEAD + piece(text) + TAIL;

export type ScriptedCall = { readonly id: string; readonly name: string; readonly input: unknown };

/** A complete answer with parallel tool calls; each call's arguments arrive in two pieces. */
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

/** A request that reached the provider. The test controls the response. */
export type ProviderCall = {
  readonly body: {
    readonly model: string;
    readonly max_tokens: number;
    readonly messages: readonly { role: string; content: unknown }[];
    readonly tools?: readonly { name: string }[];
  };
  /** Settles when the object has aborted the request. */
  aborted(): Promise<void>;
  send(...bytes: string[]): void;
  /** Ends the body, complete or not. */
  end(): void;
  /** Breaks the connection. */
  reset(): void;
  /** Answers with this status instead of a stream. */
  refuse(status: number, headers?: Record<string, string>): void;
};

/**
 * Polls until the value is there. Test and object share an isolate, but continuations of a promise that the other side
 * settles would run on the other side; so each side waits with its own timer.
 */
export async function until<T>(look: () => T | undefined | false): Promise<T> {
  for (;;) {
    const found = look();
    if (found) return found;
    await scheduler.wait(1);
  }
}

/** An event that happens once, on either side. */
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
    /** `lost` stores and then breaks the connection, so that the caller gets no reply. */
    database: 'up' as 'up' | 'down' | 'lost',
    /** The memberships that Postgres returns. */
    memberships: 'real' as 'real' | 'none' | 'assistant off' | 'free',
    /** Delays the reply to the query for memberships. */
    membershipGate: null as Signal | null,
    membershipQuestions: 0,
    /** Ids of users who no longer see any shared place in the database. */
    left: new Set<string>(),
    placeQuestions: 0,
    stores: 0,
    /** Delays the replies to queries that name this SQL function, after they have run. */
    answersOf: null as string | null,
    answerGate: createSignal(),
    /** Delayed queries. */
    heldAnswers: 0,
    /** Requests to any other address. */
    others: [] as string[],
  };

  globalThis.fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    if (providerUrl !== undefined && url.startsWith(providerUrl)) return askProvider(url, init ?? {});
    if (url === databaseUrl) return askDatabase(url, init ?? {});
    state.others.push(url);
    return realFetch(input, init);
  };

  function askProvider(url: string, init: RequestInit): Promise<Response> {
    const { call, respond } = createCall(url, init);
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
    // Outbox rows name tools too; only a call of the function contains the quotes.
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
    /** The next request to the provider, even if it arrived before the test asked for it. */
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

/** As the API does. A test then misses its answer. */
const refuseInvalid = (faults: readonly string[]): Response =>
  Response.json(
    { type: 'error', error: { type: 'invalid_request_error', message: faults.join('; ') } },
    { status: 400 },
  );

function createCall(
  url: string,
  init: RequestInit,
): { readonly call: ProviderCall; readonly respond: () => Promise<Response> } {
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
    const faults = faultsAt(url, call.body);
    if (faults.length > 0) return refuseInvalid(faults);
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

/** The claim that a batch of queries carries. */
function userOf(body: string): string {
  const { queries } = JSON.parse(body) as { queries: { params: unknown[] }[] };
  const claim = String(queries[0]?.params[0]).split('.')[1] ?? '';
  return (JSON.parse(atob(claim.replaceAll('-', '+').replaceAll('_', '/'))) as { user: string }).user;
}

/** The function's reply to a user who is not a member. */
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
