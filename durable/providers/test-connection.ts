// One small question to a provider, so that an admin learns whether settings work before anybody depends on them. The
// answer is in plain words; of the provider's own words only what cannot hold a key, and not much of it.
import { AppError } from '../errors.ts';
import { type Answering, resolveModel } from './catalog.ts';
import { systemDeps } from './connection.ts';
import { estimateRequestTokens, estimateTokens } from './estimate-tokens.ts';
import { NO_USAGE, type Usage } from './models.ts';
import type { ModelRequest } from './provider.ts';
import { providerWords } from './provider-error.ts';
import type { ProviderConfig } from './registry.ts';

/** An admin waits for it, and a provider that takes longer is of no use to users either. */
const LIMITS = { idleMs: 10_000, totalMs: 20_000 };
const QUESTION: Omit<ModelRequest, 'model'> = {
  system: '',
  messages: [{ role: 'user', text: 'Answer with the one word OK.' }],
  tools: [],
  // Enough for a model that thinks before it says one word.
  maxOutputTokens: 256,
  cacheKey: 'settings-test',
};

/** What a test may use at most. */
export const TEST_TOKENS = estimateRequestTokens({ ...QUESTION, model: '' }) + QUESTION.maxOutputTokens;

export type ConnectionTest = {
  readonly answering: Answering | null;
  readonly error: AppError | null;
  /** Null where the provider did nothing that it could charge. */
  readonly usage: Usage | null;
  readonly durationMs: number;
  /** For people. */
  readonly message: string;
};

/** Asks the model that `config` has by default, once. */
export async function testConnection(config: ProviderConfig, deps = systemDeps): Promise<ConnectionTest> {
  // A plan says what users may use, not what can be tried.
  const choice = resolveModel({ plan: 'enterprise', config, deps: { ...deps, limits: LIMITS } });
  if (!choice.ok) {
    const error = new AppError(choice.code);
    return { answering: null, error, usage: null, durationMs: 0, message: NOTHING_TO_ASK };
  }
  const startedAt = deps.clock.now();
  const { error, usage } = await ask(choice);
  const durationMs = deps.clock.now() - startedAt;
  const message = error ? failureWords(error) : `${choice.model.id} answered in ${durationMs} ms.`;
  return { answering: choice, error, usage, durationMs, message };
}

const NOTHING_TO_ASK = 'There is nothing to ask: the provider needs its key, or the server its address and model.';

async function ask({ provider, model }: Answering): Promise<{ error: AppError | null; usage: Usage | null }> {
  const heard = { usage: null as Usage | null, text: '', isAny: false };
  const usage = () => heard.usage ?? { ...ESTIMATED, outputTokens: estimateTokens(heard.text) };
  const signal = new AbortController().signal;
  try {
    const stream = provider.stream({ ...QUESTION, model: model.id }, signal, { mayRetry: async () => false });
    for await (const events of stream) {
      heard.isAny = true;
      for (const event of events) {
        if (event.type === 'usage') heard.usage = event.usage;
        if ('delta' in event) heard.text += event.delta;
      }
    }
    return { error: null, usage: usage() };
  } catch (thrown) {
    const error = thrown instanceof AppError ? thrown : new AppError('INTERNAL', { cause: thrown });
    // Its silence does not say that it did nothing.
    return { error, usage: heard.isAny || error.code === 'PROVIDER_STALLED' ? usage() : null };
  }
}

const ESTIMATED: Usage = { ...NO_USAGE, inputTokens: TEST_TOKENS - QUESTION.maxOutputTokens, estimated: true };

function failureWords(error: AppError): string {
  const words = providerWords(error);
  return words === null ? error.detail : `${error.detail} It said: “${words}”`;
}
