// How many tokens of context an Ollama server really gives a model. It depends on the machine's memory and the server's settings,
// not on the model, and Ollama silently cuts the start of what doesn't fit. So it is asked, on Ollama's own API.
import * as z from 'zod';
import { readStart } from '../stream/bounded-body.ts';
import type { Connection, ProviderDeps } from '../stream/connection.ts';

const Loaded = z.object({
  models: z.array(z.object({ name: z.string(), context_length: z.int().positive().optional().catch(undefined) })),
});
const Shown = z.object({ parameters: z.string().optional().catch(undefined) });

/** A model is unloaded after five minutes without a request, and may get another context when it is loaded again. */
const KEPT_MS = 60_000;
/** Nothing has to be loaded for the other questions. */
const QUICK_MS = 5_000;
const MAX_KEPT = 200;
const MAX_BODY_CHARS = 262_144;

const kept = new Map<string, { readonly tokens: number; readonly until: number }>();

/** Null if the server doesn't say. Loads the model if it isn't loaded, which the answer would do anyway. */
export async function readOllamaContext(
  connection: Pick<Connection, 'baseUrl' | 'apiKey' | 'quirks'>,
  { model, signal }: { readonly model: string; readonly signal: AbortSignal },
  deps: Pick<ProviderDeps, 'fetch' | 'clock'>,
): Promise<number | null> {
  const name = JSON.stringify([connection.baseUrl, model]);
  const known = kept.get(name);
  if (known && known.until > deps.clock.now()) return known.tokens;
  const ask: Ask = (path, body) => {
    // Loading a model may take as long as a silence before its answer.
    const limitMs = path === 'generate' ? connection.quirks.silenceMs : QUICK_MS;
    return within({ signal, clock: deps.clock, limitMs }, (limited) =>
      call(connection, deps, { path, signal: limited, body }),
    );
  };
  try {
    const tokens =
      contextOf(await ask('ps'), model) ??
      (await loadedContext(ask, model)) ??
      setContext(await ask('show', { model }));
    if (tokens !== null) remember(name, tokens, deps.clock.now() + KEPT_MS);
    return tokens;
  } catch (error) {
    signal.throwIfAborted();
    ignoreUnanswered(error);
    return null;
  }
}

/** The answer itself will report a server that can't be reached. */
function ignoreUnanswered(_error: unknown): void {}

type Ask = (path: string, body?: object) => Promise<unknown>;

async function loadedContext(ask: Ask, model: string): Promise<number | null> {
  // Without a prompt, the server only loads the model.
  await ask('generate', { model, stream: false });
  return contextOf(await ask('ps'), model);
}

/** Older servers don't tell the context of a loaded model, but the one that was set for it. */
function setContext(shown: unknown): number | null {
  const parsed = Shown.safeParse(shown);
  const set = parsed.success ? /^num_ctx\s+(\d+)$/m.exec(parsed.data.parameters ?? '') : null;
  return set ? Number(set[1]) : null;
}

function contextOf(loaded: unknown, model: string): number | null {
  const parsed = Loaded.safeParse(loaded);
  if (!parsed.success) return null;
  const found = parsed.data.models.find(({ name }) => name === model || name === `${model}:latest`);
  return found?.context_length ?? null;
}

/** Gives up after a while, so that a server which doesn't reply can't hold up a run. */
async function within<T>(
  {
    signal,
    clock,
    limitMs,
  }: { readonly signal: AbortSignal; readonly clock: ProviderDeps['clock']; readonly limitMs: number },
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const cancel = clock.later(limitMs, () => limit.abort(new Error('no reply in time')));
  try {
    return await run(AbortSignal.any([signal, limit.signal]));
  } finally {
    cancel();
  }
}

async function call(
  { baseUrl, apiKey }: Pick<Connection, 'baseUrl' | 'apiKey'>,
  { fetch }: Pick<ProviderDeps, 'fetch'>,
  { path, signal, body }: { readonly path: string; readonly signal: AbortSignal; readonly body: object | undefined },
): Promise<unknown> {
  const response = await fetch(`${baseUrl.replace(/\/v1$/, '')}/api/${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${apiKey}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
    redirect: 'manual',
    signal,
  });
  const text = await readStart(response, MAX_BODY_CHARS);
  return response.ok ? JSON.parse(text) : null;
}

function remember(name: string, tokens: number, until: number): void {
  const [oldest] = kept.keys();
  if (kept.size >= MAX_KEPT && oldest !== undefined) kept.delete(oldest);
  kept.set(name, { tokens, until });
}
