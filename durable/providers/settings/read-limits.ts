// Asks a server's list of models for their limits, when an admin saves or tests its settings.
import { MAX_LIMITED_MODELS, type ServerLimits } from '../../contracts/ai-settings.ts';
import { choicesOf, providerOf } from '../models/catalog.ts';
import type { ConfiguredProvider, ProviderConfig } from '../registry.ts';
import { systemDeps } from '../stream/connection.ts';

/** An admin is waiting. */
const LIMIT_MS = 5_000;

/** Null if the server's list can't be read or has never had limits. Never rejects. */
export async function readServerLimits(
  config: ProviderConfig,
  configured: ConfiguredProvider,
  deps = systemDeps,
): Promise<ServerLimits | null> {
  const { row, connection } = configured;
  const late = new AbortController();
  const cancel = deps.clock.later(LIMIT_MS, () => late.abort(new Error('no reply in time')));
  try {
    const ids = choicesOf(config, configured).slice(0, MAX_LIMITED_MODELS);
    const models = (await providerOf(configured, deps).readLimits?.(ids, late.signal)) ?? [];
    // An empty list replaces what the server said before.
    if (models.length === 0 && !configured.limits?.length) return null;
    const readAt = new Date(config.now()).toISOString();
    return { provider: row.id, baseUrl: connection.baseUrl, readAt, models: [...models] };
  } catch (error) {
    // The test or the next answer will report a server that can't be reached.
    ignoreUnread(error);
    return null;
  } finally {
    cancel();
  }
}

function ignoreUnread(_error: unknown): void {}
