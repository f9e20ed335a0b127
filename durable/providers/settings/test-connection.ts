// Sends a provider one small question, so that an admin can check settings before users depend on them. If the server doesn't
// understand the API that is set, its other API is tried too. The message quotes the provider's error only in part and without
// anything that looks like a key.

import { NO_USAGE, type Usage } from '../../contracts/usage.ts';
import { AppError, type ErrorCode } from '../../errors.ts';
import type { PlanRights } from '../../principal.ts';
import { type AnsweringModel, resolveModel } from '../models/catalog.ts';
import { estimateRequestTokens, estimateTokens } from '../models/estimate-tokens.ts';
import type { ModelRequest, WireName } from '../provider.ts';
import { type ProviderConfig, WIRE_LABELS } from '../registry.ts';
import { type ProviderDeps, systemDeps } from '../stream/connection.ts';
import { providerWords } from '../stream/provider-error.ts';

/** An admin is waiting, and a provider that takes longer is too slow for users too. */
const LIMITS = { idleMs: 10_000, totalMs: 20_000 };
const QUESTION: Omit<ModelRequest, 'model'> = {
  system: '',
  messages: [{ role: 'user', text: 'Answer with the one word OK.' }],
  // Answers are asked for with tools, and some models refuse them on one API only.
  tools: [
    {
      name: 'unused',
      description: 'Not needed to answer.',
      parameters: { type: 'object', properties: {}, required: [], additionalProperties: false },
    },
  ],
  // Enough for a model that thinks first.
  maxOutputTokens: 256,
  cacheKey: 'settings-test',
  connection: 'settings-test',
};

/** The instructions and tools of a question, and some of its data. */
const USUAL_PROMPT_TOKENS = 16_384;
const INPUT_TOKENS = estimateRequestTokens({ ...QUESTION, model: '' });
/** The most tokens a test can use: one question over each API. */
export const TEST_TOKENS = 2 * (INPUT_TOKENS + QUESTION.maxOutputTokens);

export type ConnectionTest = {
  readonly answering: AnsweringModel | null;
  readonly error: AppError | null;
  /** Null if the provider did no work that it could charge. */
  readonly usage: Usage | null;
  readonly durationMs: number;
  /** A message for the admin. */
  readonly message: string;
  /** The API that the question was sent over; null if it was not sent. */
  readonly wire: WireName | null;
  /** The API that the server answered over, although another one is set. */
  readonly worksOver: WireName | null;
};

/** What a server may say to an API that it doesn't have. */
const MAY_BE_ANOTHER_API: readonly ErrorCode[] = [
  'PROVIDER_REFUSED',
  'PROVIDER_NOT_A_STREAM',
  'PROVIDER_BROKEN_STREAM',
];

/** Asks the default model of `config` once. */
export async function testConnection(
  config: ProviderConfig,
  { extraModels }: Pick<PlanRights, 'extraModels'>,
  deps = systemDeps,
): Promise<ConnectionTest> {
  // Plans limit what users can use, not what an admin can test.
  const choice = resolveModel({ plan: 'enterprise', extraModels, config, deps: { ...deps, limits: LIMITS } });
  if (!choice.ok) {
    const error = new AppError(choice.code, choice.detail === undefined ? {} : { detail: choice.detail });
    const message = choice.code === 'PROVIDER_UNCONFIGURED' ? NOTHING_TO_ASK : error.detail;
    return { answering: null, error, usage: null, durationMs: 0, message, wire: null, worksOver: null };
  }
  const used = config.configured.find(({ id }) => id === choice.connection);
  const wire = used?.connection.wire ?? null;
  const first = await timed(choice, deps);
  const tested = { answering: choice, wire, ...first };
  if (!first.error) {
    const api = used && used.row.wires.length > 1 ? ` over the ${WIRE_LABELS[used.connection.wire]} API` : '';
    const message = `${choice.model.id} answered in ${first.durationMs} ms${api}.${await contextWords(choice)}`;
    return { ...tested, message, worksOver: null };
  }
  const failed = failureWords(first.error);
  const other = used?.row.wires.find((one) => one !== wire);
  if (!used || !wire || !other || !MAY_BE_ANOTHER_API.includes(first.error.code)) {
    return { ...tested, message: failed, worksOver: null };
  }
  const overOther = { ...used, connection: { ...used.connection, wire: other } };
  const second = resolveModel({
    ...{ requested: choice.model.id, plan: 'enterprise', extraModels, deps: { ...deps, limits: LIMITS } },
    config: { ...config, configured: [overOther] },
  });
  const retried = second.ok ? await timed(second, deps) : null;
  const usage = retried?.usage ? sumOf(first.usage, retried.usage) : first.usage;
  if (!retried || retried.error) return { ...tested, usage, message: failed, worksOver: null };
  const message =
    `The server doesn’t answer over the ${WIRE_LABELS[wire]} API, but it does over the ${WIRE_LABELS[other]} API. ` +
    `Set API to ${WIRE_LABELS[other]} and save.`;
  return { ...tested, usage, message, worksOver: other };
}

/** Servers that decide themselves how much a model reads often give it too little. */
async function contextWords({ provider, model }: AnsweringModel): Promise<string> {
  const tokens = (await provider.readContext?.(model.id, AbortSignal.timeout(LIMITS.idleMs)).catch(() => null)) ?? null;
  if (tokens === null) return '';
  const words = ` The server gives it ${tokens.toLocaleString('en-US')} tokens of context.`;
  return tokens < USUAL_PROMPT_TOKENS
    ? `${words} That is too little for most questions. Raise it on the server.`
    : words;
}

async function timed(choice: AnsweringModel, { clock }: ProviderDeps) {
  const startedAt = clock.now();
  const asked = await ask(choice);
  return { ...asked, durationMs: clock.now() - startedAt };
}

function sumOf(first: Usage | null, second: Usage): Usage {
  if (!first) return second;
  return {
    inputTokens: first.inputTokens + second.inputTokens,
    outputTokens: first.outputTokens + second.outputTokens,
    cacheReadTokens: first.cacheReadTokens + second.cacheReadTokens,
    cacheWriteTokens: first.cacheWriteTokens + second.cacheWriteTokens,
    reasoningTokens: first.reasoningTokens + second.reasoningTokens,
    estimated: first.estimated || second.estimated,
  };
}

const NOTHING_TO_ASK = 'Nothing to test yet. Enter the provider’s key, or the server’s address and model.';

async function ask({ provider, model }: AnsweringModel): Promise<{ error: AppError | null; usage: Usage | null }> {
  const received = { usage: null as Usage | null, text: '', isAny: false };
  const usage = () => received.usage ?? { ...ESTIMATED, outputTokens: estimateTokens(received.text) };
  const signal = new AbortController().signal;
  try {
    const stream = provider.stream({ ...QUESTION, model: model.id }, signal, { mayRetry: async () => false });
    for await (const events of stream) {
      received.isAny = true;
      for (const event of events) {
        if (event.type === 'usage') received.usage = event.usage;
        if ('delta' in event) received.text += event.delta;
      }
    }
    return { error: null, usage: usage() };
  } catch (thrown) {
    const error = thrown instanceof AppError ? thrown : new AppError('INTERNAL', { cause: thrown });
    return { error, usage: received.isAny ? usage() : null };
  }
}

const ESTIMATED: Usage = { ...NO_USAGE, inputTokens: INPUT_TOKENS, estimated: true };

function failureWords(error: AppError): string {
  const words = providerWords(error);
  return words === null ? error.detail : `${error.detail} The provider’s message: “${words}”`;
}
