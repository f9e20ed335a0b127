// Has a provider answer one small question with a tool, so that an admin can check settings before users depend on them. If the
// server doesn't understand the API that is set, its other API is tried too. The message quotes the provider's error only in part and without
// anything that looks like a key.

import type { ServerLimits } from '../../contracts/ai-settings.ts';
import type { Usage } from '../../contracts/usage.ts';
import { AppError, type ErrorCode } from '../../errors.ts';
import type { PlanRights } from '../../principal.ts';
import { type AnsweringModel, resolveModel } from '../models/catalog.ts';
import type { WireName } from '../provider.ts';
import { type ProviderConfig, WIRE_LABELS } from '../registry.ts';
import { type ProviderDeps, systemDeps } from '../stream/connection.ts';
import { providerWords } from '../stream/provider-error.ts';
import { readServerLimits } from './read-limits.ts';
import { askWithTool, EXCHANGE_TOKENS, type Exchange, sumOf } from './tool-exchange.ts';

/** An admin is waiting, and a provider that takes longer is too slow for users too. */
const LIMITS = { idleMs: 10_000, totalMs: 20_000 };

/** The instructions and tools of a question, and some of its data. */
const USUAL_PROMPT_TOKENS = 16_384;
/** The most tokens a test can use: one exchange over each API. */
export const TEST_TOKENS = 2 * EXCHANGE_TOKENS;

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
  /** What the server's list says about its models; null if it wasn't read or says nothing. */
  readonly limits: ServerLimits | null;
};

/** What a server may say to an API that it doesn't have. */
const MAY_BE_ANOTHER_API: readonly ErrorCode[] = [
  'PROVIDER_REFUSED',
  'PROVIDER_NO_MODEL',
  'PROVIDER_NOT_A_STREAM',
  'PROVIDER_BROKEN_STREAM',
];

/** Asks the default model of `config`. */
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
    return { answering: null, error, usage: null, durationMs: 0, message, wire: null, worksOver: null, limits: null };
  }
  const used = config.configured.find(({ id }) => id === choice.connection);
  const wire = used?.connection.wire ?? null;
  const [first, limits] = await Promise.all([timed(choice, deps), used ? readServerLimits(config, used, deps) : null]);
  const tested = { answering: choice, wire, limits, ...first };
  if (!first.error) {
    const api = used && used.row.wires.length > 1 ? ` over the ${WIRE_LABELS[used.connection.wire]} API` : '';
    const words = `${choice.model.id} answered in ${first.durationMs} ms${api}.`;
    const noCall = first.reached === 'question' ? NO_CALL : '';
    const message = `${words}${noCall}${await contextWords(choice, limits)}`;
    return { ...tested, message, worksOver: null };
  }
  const failed = failureWords(choice.model.id, first);
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
  const usage = sumOf(first.usage, retried?.usage ?? null);
  if (!retried || retried.error) return { ...tested, usage, message: failed, worksOver: null };
  const message =
    `The server ${first.reached === 'result' ? 'doesn’t take a tool’s result' : 'doesn’t answer'} over the ${WIRE_LABELS[wire]} ` +
    `API, but it does over the ${WIRE_LABELS[other]} API. Set API to ${WIRE_LABELS[other]} and save.`;
  return { ...tested, usage, message, worksOver: other };
}

/** Servers that decide themselves how much a model reads often give it too little. */
async function contextWords({ provider, model }: AnsweringModel, limits: ServerLimits | null): Promise<string> {
  const listed = limits?.models.find(({ id }) => id === model.id)?.contextTokens ?? null;
  const asked =
    listed ?? (await provider.readContext?.(model.id, AbortSignal.timeout(LIMITS.idleMs)).catch(() => null));
  if (asked == null) return '';
  const words = ` The server gives it ${asked.toLocaleString('en-US')} tokens of context.`;
  return asked < USUAL_PROMPT_TOKENS
    ? `${words} That is too little for most questions. Raise it on the server.`
    : words;
}

async function timed(choice: AnsweringModel, { clock }: ProviderDeps) {
  const startedAt = clock.now();
  const asked = await askWithTool(choice);
  return { ...asked, durationMs: clock.now() - startedAt };
}

const NOTHING_TO_ASK = 'Nothing to test yet. Enter the provider’s key, or the server’s address and model.';

/** The product can do little without tools. */
const NO_CALL = ' But it didn’t call the test’s tool. The assistant needs a model that supports tools.';

/** The detail for members says to ask an admin, who is the one to read this. */
const DETAIL_FOR_ADMINS: Partial<Record<ErrorCode, string>> = {
  PROVIDER_AUTH: 'The AI provider rejected the API key.',
};

function failureWords(model: string, { error, reached }: Exchange): string {
  if (error === null) return '';
  const words = providerWords(error);
  const detail = DETAIL_FOR_ADMINS[error.code] ?? error.detail;
  const said = words === null ? detail : `${detail} The provider’s message: “${words}”`;
  return reached === 'result' ? `${model} called a tool, but failed when it got the tool’s result. ${said}` : said;
}
