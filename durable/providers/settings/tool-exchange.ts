// The question of a connection test: the model is asked to call a tool, and gets its result in a second request. Some servers accept
// a call and then refuse its result, which people would only notice in the middle of an answer.
import { NO_USAGE, type Usage } from '../../contracts/usage.ts';
import { AppError } from '../../errors.ts';
import type { AnsweringModel } from '../models/catalog.ts';
import { effortOf, NO_EFFORT_RULES } from '../models/effort.ts';
import { estimateRequestTokens, estimateTokens } from '../models/estimate-tokens.ts';
import type { AssistantPart, FinishReason, ModelRequest, ProviderEvent } from '../provider.ts';

const TOOL = 'read_test_value';
const RESULT = 'The value is OK.';
const CONNECTION = 'settings-test';

const QUESTION: Omit<ModelRequest, 'model'> = {
  system: '',
  messages: [
    { role: 'user', text: `Call the tool ${TOOL}. Then answer with the value that it returns, and nothing else.` },
  ],
  tools: [
    {
      name: TOOL,
      description: 'Returns the test value.',
      parameters: { type: 'object', properties: {}, required: [], additionalProperties: false },
    },
  ],
  // Enough for a model that thinks first.
  maxOutputTokens: 1_024,
  cacheKey: CONNECTION,
  connection: CONNECTION,
};

const INPUT_TOKENS = estimateRequestTokens({ ...QUESTION, model: '' });
/** The most tokens that an exchange can use: the second request has the first one's answer too. */
export const EXCHANGE_TOKENS = 2 * INPUT_TOKENS + 3 * QUESTION.maxOutputTokens + 64;

export type Exchange = {
  readonly error: AppError | null;
  /** The request that failed, or the last one. */
  readonly reached: 'question' | 'result';
  /** Null if the provider did no work that it could charge. */
  readonly usage: Usage | null;
};

export async function askWithTool(answering: AnsweringModel): Promise<Exchange> {
  const { model } = answering;
  // Thinking is not what is tested.
  const effort = effortOf(model, 'fast', NO_EFFORT_RULES);
  const question: ModelRequest = { ...QUESTION, model: model.id, ...(effort !== null && { effort }) };
  const asked = await ask(answering, question);
  const calls = asked.parts.filter((part) => part.type === 'tool-call');
  if (asked.error || calls.length === 0) return { error: asked.error, reached: 'question', usage: asked.usage };
  const results = calls.map(({ id, name }) => ({
    ...{ role: 'tool' as const, toolCallId: id, toolName: name, text: RESULT },
  }));
  const told = await ask(answering, {
    ...question,
    messages: [...question.messages, { role: 'assistant', parts: asked.parts }, ...results],
  });
  return { error: told.error, reached: 'result', usage: sumOf(asked.usage, told.usage) };
}

export function sumOf(first: Usage | null, second: Usage | null): Usage | null {
  if (!first || !second) return first ?? second;
  return {
    inputTokens: first.inputTokens + second.inputTokens,
    outputTokens: first.outputTokens + second.outputTokens,
    cacheReadTokens: first.cacheReadTokens + second.cacheReadTokens,
    cacheWriteTokens: first.cacheWriteTokens + second.cacheWriteTokens,
    reasoningTokens: first.reasoningTokens + second.reasoningTokens,
    estimated: first.estimated || second.estimated,
  };
}

type Answer = {
  readonly error: AppError | null;
  readonly parts: readonly AssistantPart[];
  readonly usage: Usage | null;
};

async function ask({ provider }: AnsweringModel, request: ModelRequest): Promise<Answer> {
  const answer = createAnswer(request);
  const received = { usage: null as Usage | null, text: '', isAny: false, reason: null as FinishReason | null };
  const usage = () =>
    received.usage ?? {
      ...{ ...NO_USAGE, inputTokens: estimateRequestTokens(request), estimated: true },
      outputTokens: estimateTokens(received.text),
    };
  const signal = new AbortController().signal;
  try {
    for await (const events of provider.stream(request, signal, { mayRetry: async () => false })) {
      received.isAny = true;
      for (const event of events) {
        answer.add(event);
        if (event.type === 'usage') received.usage = event.usage;
        if (event.type === 'finish') received.reason = event.reason;
        if ('delta' in event) received.text += event.delta;
      }
    }
    // As an answer in a conversation would end.
    const isEmpty = received.reason === 'stop' && received.text.trim() === '';
    return { error: isEmpty ? new AppError('PROVIDER_NO_ANSWER') : null, parts: answer.parts(), usage: usage() };
  } catch (thrown) {
    const error = thrown instanceof AppError ? thrown : new AppError('INTERNAL', { cause: thrown });
    return { error, parts: [], usage: received.isAny ? usage() : null };
  }
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
type OpenPart = Mutable<Exclude<AssistantPart, { type: 'reasoning' }>> | Extract<AssistantPart, { type: 'reasoning' }>;

/** Collects the parts that the next request has to send back. */
function createAnswer({ model }: ModelRequest) {
  const parts: OpenPart[] = [];
  const whole = new Set<string>();

  function add(event: ProviderEvent): void {
    switch (event.type) {
      case 'text': {
        const last = parts.at(-1);
        if (last?.type === 'text' && !last.state) last.text += event.delta;
        else parts.push({ type: 'text', text: event.delta });
        break;
      }
      case 'tool-call-start':
        parts.push({ type: 'tool-call', id: event.id, name: event.name, arguments: '' });
        break;
      case 'tool-call-args': {
        const call = findCall(event.id);
        if (call) call.arguments += event.delta;
        break;
      }
      case 'tool-call-end':
        whole.add(event.id);
        break;
      case 'state':
        keepState(event);
        break;
      default:
        break;
    }
  }

  function keepState({ of, wire, payload }: Extract<ProviderEvent, { type: 'state' }>): void {
    const state = { wire, connection: CONNECTION, model, payload };
    // A part's state comes before the next part begins.
    if (of.part === 'reasoning') parts.push({ type: 'reasoning', state });
    const part = of.part === 'tool-call' ? findCall(of.id) : parts.at(-1);
    if (part && part.type === of.part && part.type !== 'reasoning') part.state = state;
  }

  const findCall = (id: string) => parts.filter((part) => part.type === 'tool-call').find((call) => call.id === id);

  return {
    add,
    parts: (): AssistantPart[] => parts.filter((part) => part.type !== 'tool-call' || whole.has(part.id)),
  };
}
