// Tests provider settings, saved or not, with one small question to the provider.
import type { Context } from 'hono';
import { budgetCalls } from '../../../durable/budget/budget-calls.ts';
import { monthOf } from '../../../durable/budget/month.ts';
import { quotaExceeded } from '../../../durable/budget/quota.ts';
import type { ServerLimits } from '../../../durable/contracts/ai-settings.ts';
import { planTokensOf } from '../../../durable/contracts/usage.ts';
import { AppError } from '../../../durable/errors.ts';
import { noteServerLimits, type ScopeRow } from '../../../durable/postgres/queries/ai-settings.ts';
import { storeItems } from '../../../durable/postgres/queries/store-items.ts';
import { postgresDepsOf } from '../../../durable/postgres/with-tenant.ts';
import { costMicros } from '../../../durable/providers/models/models.ts';
import type { ProviderConfig } from '../../../durable/providers/registry.ts';
import type { SlotChange } from '../../../durable/providers/settings/settings-change.ts';
import {
  type ConnectionTest,
  TEST_TOKENS,
  testConnection,
} from '../../../durable/providers/settings/test-connection.ts';
import type { KeySlot } from '../../../durable/secrets/provider-key.ts';
import { requireOpenModelGate, understood } from '../../admission/model-call.ts';
import type { EdgeEnv } from '../../edge-env.ts';
import { parseInput } from '../../http/problem.ts';
import { assistantPaths, defineModelRoute } from '../../routing/define-route.ts';
import { effectiveAfter, planTest } from './ai-settings-change.ts';
import { askFresh, requireSettingsScope } from './ai-settings-routes.ts';
import { MAY_CREATE, MAY_UPDATE } from './ai-settings-view.ts';
import { AiSettingsQuery, AiSettingsTest, AiSettingsTestResult } from './settings-schema.ts';

export const connectionTestRoute = defineModelRoute({
  method: 'post',
  paths: assistantPaths('/settings/test'),
  tag: 'assistant',
  permission: [MAY_CREATE, MAY_UPDATE],
  // An admin sets up and tests a provider before turning the assistant on.
  feature: 'none',
  rights: 'confirmed',
  modelCall: {},
  summary: 'Test provider settings',
  description:
    'Sends the provider one small question, using what you send on top of the saved settings. Works while the assistant is off.',
  query: AiSettingsQuery,
  body: AiSettingsTest,
  isBodyOptional: true,
  reply: { status: 200, description: 'Whether the provider answered.', schema: AiSettingsTestResult },
  errors: ['FORBIDDEN', 'QUOTA_EXCEEDED', 'BUDGET_UNAVAILABLE'],
  findsBeforePermission: true,
  find: async (c, { query }) => {
    const [scope] = await Promise.all([requireSettingsScope(c, query), askFresh(c)]);
    return scope;
  },
  handler: async (c, { body, found: scope }) => {
    const parsed = await understood(body, (value) => parseInput(AiSettingsTest, value === undefined ? {} : value));
    const input = await requireOpenModelGate(c, { input: parsed, feature: 'none' });
    const change = planTest(c.env, scope.stored, input);
    const config = candidateConfig(c, scope, input.slot, change);
    const test = await charged(c, scope, () => testConnection(config, c.get('access')));
    await keepLimits(c, scope, { slot: input.slot, change, limits: test.limits });
    return {
      ok: test.error === null,
      message: test.message,
      code: test.error?.code ?? null,
      provider: test.answering?.provider.name ?? null,
      model: test.answering?.model.id ?? null,
      durationMs: test.answering ? test.durationMs : null,
      wire: test.wire,
      worksOver: test.worksOver,
    };
  },
});

/** Tests the fallback as if it were the provider. */
function candidateConfig(c: Context<EdgeEnv>, scope: ScopeRow, slot: KeySlot, change: SlotChange): ProviderConfig {
  const { config, fallback } = effectiveAfter(c, scope, { [slot]: change });
  return slot === 'primary' ? config : { ...config, configured: fallback?.configured ? [fallback.configured] : [] };
}

/** Keeps what the server said about its models, if it is the saved one. */
async function keepLimits(
  c: Context<EdgeEnv>,
  { stored, programId }: ScopeRow,
  {
    slot,
    change,
    limits,
  }: { readonly slot: KeySlot; readonly change: SlotChange; readonly limits: ServerLimits | null },
): Promise<void> {
  if (!stored || !limits) return;
  const saved = effectiveAfter(c, { programId }, {});
  const tested = effectiveAfter(c, { programId }, { [slot]: change });
  const isSaved =
    saved[slot]?.configured?.id === tested[slot]?.configured?.id && saved[slot]?.model === tested[slot]?.model;
  if (isSaved) await noteServerLimits(postgresDepsOf(c.env), c.get('access'), stored.id, { [slot]: limits });
}

/** The test uses tokens like any answer, and the audit log records that someone tried a key. */
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
  // The charge and the audit entry are independent: each is made even if the other fails.
  const kept = await Promise.allSettled([
    budget.settle(orgId, { ...lease, tokens: test.usage ? planTokensOf(test.usage) : 0 }),
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
    id: crypto.randomUUID(),
    orgId,
    actorId: userId,
    event: 'settings.tested' as const,
    sessionId: null,
    runId: null,
    requestId: c.get('requestId'),
    programId,
    designId: null,
    provider: answering?.provider.name ?? null,
    model: answering?.model.id ?? null,
    usage,
    costMicros: charge ? costMicros(answering.model, usage) : null,
    priceVersion: charge ? answering.model.priceVersion : null,
    ...(charge && { budgetMonth }),
    error: error?.code ?? null,
    durationMs,
    meta: {},
    createdAt: Date.now(),
  };
  const owner = { orgId, userId };
  const delivery = await storeItems(postgresDepsOf(c.env), owner, [{ kind: 'audit', ...owner, audit }]);
  if (delivery.outcome !== 'delivered') throw new AppError('DATABASE_UNAVAILABLE');
}
