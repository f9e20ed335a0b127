// Tries provider settings out, stored or not yet stored, with one small question to the provider.
import { type Context, Hono } from 'hono';
import { AppError } from '../../durable/errors.ts';
import type { ScopeRow } from '../../durable/postgres/ai-settings.ts';
import { postgresDepsOf } from '../../durable/postgres/config.ts';
import { storeItems } from '../../durable/postgres/store-items.ts';
import type { AiSettings, AiSettingsRow } from '../../durable/providers/ai-settings.ts';
import { providerDepsOf } from '../../durable/providers/config.ts';
import { effectiveSettings } from '../../durable/providers/effective-settings.ts';
import { costMicros } from '../../durable/providers/models.ts';
import type { ProviderConfig } from '../../durable/providers/registry.ts';
import type { SlotChange } from '../../durable/providers/settings-change.ts';
import { type ConnectionTest, testConnection } from '../../durable/providers/test-connection.ts';
import type { KeySlot } from '../../durable/secrets/provider-key.ts';
import { planTest } from '../ai-settings-change.ts';
import { MAY_CREATE, MAY_UPDATE } from '../ai-settings-view.ts';
import type { EdgeEnv } from '../edge-env.ts';
import { parseInput } from '../problem.ts';
import { readJson } from '../read-json.ts';
import { AiSettingsTest, type AiSettingsTestResult } from '../settings-contract.ts';
import { askFresh, requireScope } from './ai-settings.ts';

export const aiSettingsTestRoutes = new Hono<EdgeEnv>();

aiSettingsTestRoutes.post('/settings/test', async (c) => {
  const [scope] = await Promise.all([requireScope(c), askFresh(c)]);
  const { permissions } = c.get('access');
  if (![MAY_CREATE, MAY_UPDATE].some((permission) => permissions.includes(permission))) throw new AppError('FORBIDDEN');
  const body = await readJson(c.req.raw, { optional: true });
  if (!body.ok) throw body.error;
  const input = parseInput(AiSettingsTest, body.value ?? {});
  const change = planTest(c.env, scope.stored, input);
  const test = await testConnection(candidateConfig(c, scope, input.slot, change));
  await note(c, scope, test);
  const result: AiSettingsTestResult = {
    ok: test.error === null,
    message: test.message,
    code: test.error?.code ?? null,
    provider: test.answering?.provider.name ?? null,
    model: test.answering?.model.id ?? null,
    durationMs: test.answering ? test.durationMs : null,
  };
  return c.json(result);
});

/** What would hold if the change were stored. */
function candidateConfig(c: Context<EdgeEnv>, scope: ScopeRow, slot: KeySlot, change: SlotChange): ProviderConfig {
  const { orgId } = c.get('access');
  const deps = providerDepsOf(c.env);
  const { key } = change;
  const openKey = typeof key === 'string' ? async () => key : deps.openKey;
  const settings = withCandidate(c.get('settings'), scope, slot, change);
  const programs = scope.programId === null ? [] : [scope.programId];
  const { config, fallback } = effectiveSettings({ orgId, settings, programs }, { ...deps, openKey });
  return slot === 'primary' ? config : { ...config, configured: fallback?.configured ? [fallback.configured] : [] };
}

/** Stands where a stored key's ciphertext would; the key itself is at hand. */
const KEY_AT_HAND = 'at hand';

function withCandidate(settings: AiSettings, scope: ScopeRow, slot: KeySlot, { values, key }: SlotChange): AiSettings {
  const known = settings.find(({ programId }) => programId === scope.programId);
  const row: AiSettingsRow = known ?? {
    ...{ id: crypto.randomUUID(), programId: scope.programId, programCode: null, enabled: true },
    ...{ primary: NOTHING, fallback: NOTHING },
  };
  const sealedKey = typeof key === 'string' ? KEY_AT_HAND : key === null ? null : row[slot].sealedKey;
  const candidate = { ...row, [slot]: { ...row[slot], ...values, sealedKey } };
  return [...settings.filter((other) => other !== known), candidate];
}

const NOTHING = { provider: null, model: null, baseUrl: null, sealedKey: null, keyReplacedAt: null };

/** It used tokens, and it says that somebody tried a key. */
async function note(c: Context<EdgeEnv>, { programId }: ScopeRow, test: ConnectionTest): Promise<void> {
  const { orgId, userId } = c.get('access');
  const { answering, usage, error, durationMs } = test;
  const audit = {
    ...{ id: crypto.randomUUID(), orgId, actorId: userId, event: 'settings.tested' as const, sessionId: null },
    ...{ runId: null, requestId: c.get('requestId'), programId, designId: null },
    ...{ provider: answering?.provider.name ?? null, model: answering?.model.id ?? null, usage },
    costMicros: answering && usage ? costMicros(answering.model, usage) : null,
    priceVersion: answering && usage ? answering.model.priceVersion : null,
    ...{ error: error?.code ?? null, durationMs, meta: {}, createdAt: Date.now() },
  };
  const delivery = await storeItems(postgresDepsOf(c.env), { orgId, userId }, [
    { kind: 'audit', orgId, userId, audit },
  ]);
  if (delivery.outcome !== 'delivered') throw new AppError('DATABASE_UNAVAILABLE');
}
