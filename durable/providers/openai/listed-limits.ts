// The limits of models at servers that speak OpenAI's APIs. OpenAI's own list has none.
import type { ModelLimits } from '../../contracts/ai-settings.ts';
import { limitsIn, readList } from '../models/model-list.ts';
import type { Connection, ProviderDeps } from '../stream/connection.ts';
import { createOpenAiClient } from './openai-client.ts';

type Wanted = { readonly ids: readonly string[]; readonly signal: AbortSignal };

export async function readCompatibleLimits(
  connection: Connection,
  deps: ProviderDeps,
  { ids, signal }: Wanted,
): Promise<readonly ModelLimits[]> {
  const client = createOpenAiClient(connection, deps);
  const limits = limitsIn(await readList(await client.get('/models', { signal }).asResponse()), ids);
  const root = connection.baseUrl.replace(/\/v1$/, '');
  if (limits.length > 0 || root === connection.baseUrl) return limits;
  try {
    // LM Studio has them in its own API only.
    return limitsIn(await readList(await client.get(`${root}/api/v0/models`, { signal }).asResponse()), ids);
  } catch {
    // Any other server.
    return [];
  }
}

/** The list of the compatible API has no limits, so Google's own is read. */
export async function readGeminiLimits(
  connection: Connection,
  deps: ProviderDeps,
  { ids, signal }: Wanted,
): Promise<readonly ModelLimits[]> {
  const { apiKey, baseUrl } = connection;
  const address = `${baseUrl.replace(/\/openai$/, '')}/models?pageSize=1000`;
  // As a bearer token, it would have to be one of OAuth.
  const headers = { 'x-goog-api-key': apiKey, authorization: null };
  return limitsIn(
    await readList(await createOpenAiClient(connection, deps).get(address, { signal, headers }).asResponse()),
    ids,
  );
}
