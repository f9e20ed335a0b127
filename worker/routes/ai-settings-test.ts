// Tries provider settings out, stored or not yet stored, with one small question to the provider.
import { type Context, Hono } from 'hono';
import { budgetCalls } from '../../durable/budget/budget-calls.ts';
import { monthOf } from '../../durable/budget/month.ts';
import { quotaExceeded } from '../../durable/budget/quota.ts';
import { AppError } from '../../durable/errors.ts';
import type { ScopeRow } from '../../durable/postgres/ai-settings.ts';
import { postgresDepsOf } from '../../durable/postgres/config.ts';
import { storeItems } from '../../durable/postgres/store-items.ts';
import type { AiSettings, AiSettingsRow } from '../../durable/providers/ai-settings.ts';
import { providerDepsOf } from '../../durable/providers/config.ts';
import { effectiveSettings } from '../../durable/providers/effective-settings.ts';
import { costMicros, tokensOf } from '../../durable/providers/models.ts';
import type { ProviderConfig } from '../../durable/providers/registry.ts';
import type { SlotChange } from '../../durable/providers/settings-change.ts';
import { type ConnectionTest, TEST_TOKENS, testConnection } from '../../durable/providers/test-connection.ts';
import type { KeySlot } from '../../durable/secrets/provider-key.ts';
import { planTest } from '../ai-settings-change.ts';
import { MAY_CREATE, MAY_UPDATE } from '../ai-settings-view.ts';
import type { EdgeEnv } from '../edge-env.ts';
import { assistantEnabled } from '../gate.ts';
import { callsModel, requireOpenModelGate, understood } from '../model-call.ts';
import { parseInput } from '../problem.ts';
import { AiSettingsTest, type AiSettingsTestResult } from '../settings-contract.ts';
import { askFresh, requireScope } from './ai-settings.ts';

/** Mounted before the other routes of the assistant: it makes a model work. */
export const aiSettingsTestRoutes = new Hono<EdgeEnv>();

const counted = callsModel({ rights: 'confirmed', isBodyOptional: true });

aiSettingsTestRoutes.post('/settings/test', counted, assistantEnabled, async (c) => {
  const [scope] = await Promise.all([requireScope(c), askFresh(c)]);
  const { permissions } = c.get('access');
  if (![MAY_CREATE, MAY_UPDATE].some((permission) => permissions.includes(permission))) throw new AppError('FORBIDDEN');
  const parsed = await understood(c.get('body'), (value) =>
    parseInput(AiSettingsTest, value === undefined ? {} : value),
  );
  const input = await requireOpenModelGate(c, { input: parsed });
  const change = planTest(c.env, scope.stored, input);
  const config = candidateConfig(c, scope, input.slot, change);
  const test = await charged(c, scope, () => testConnection(config));
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

/** It uses tokens as any answer does, and it is on record that somebody tried a key. */
async function charged(
  c: Context<EdgeEnv>,
  scope: ScopeRow,
  run: () => Promise<ConnectionTest>,
): Promise<ConnectionTest> {
  const { orgId, tokenAllowance: limit = null } = c.get('access');
  const budget = budgetCalls(c.env);
  const lease = { leaseId: crypto.randomUUID(), month: monthOf(Date.now()) };
  const reserved = await budget.reserve(orgId, { ...lease, tokens: TEST_TOKENS, atLeast: TEST_TOKENS, limit });
  if (!reserved.ok) throw quotaExceeded(reserved.figures, c.get('access'));
  const test = await run();
  // What the provider has done is charged and on record, each of both also where the other one fails.
  const kept = await Promise.allSettled([
    budget.settle(orgId, { ...lease, tokens: test.usage ? tokensOf(test.usage) : 0 }),
    note(c, scope, test, lease.month),
  ]);
  for (const one of kept) if (one.status === 'rejected') throw one.reason;
  return test;
}

async function note(
  c: Context<EdgeEnv>,
  { programId }: ScopeRow,
  { answering, usage, error, durationMs }: ConnectionTest,
  budgetMonth: string,
): Promise<void> {
  const { orgId, userId } = c.get('access');
  const charge = answering && usage;
  const audit = {
    ...{ id: crypto.randomUUID(), orgId, actorId: userId, event: 'settings.tested' as const, sessionId: null },
    ...{ runId: null, requestId: c.get('requestId'), programId, designId: null },
    ...{ provider: answering?.provider.name ?? null, model: answering?.model.id ?? null, usage },
    costMicros: charge ? costMicros(answering.model, usage) : null,
    priceVersion: charge ? answering.model.priceVersion : null,
    ...(charge && { budgetMonth }),
    ...{ error: error?.code ?? null, durationMs, meta: {}, createdAt: Date.now() },
  };
  const owner = { orgId, userId };
  const delivery = await storeItems(postgresDepsOf(c.env), owner, [{ kind: 'audit', ...owner, audit }]);
  if (delivery.outcome !== 'delivered') throw new AppError('DATABASE_UNAVAILABLE');
}
