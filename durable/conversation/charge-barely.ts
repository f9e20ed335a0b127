// The charge of a run whose row cannot be read whole any more, from its plain columns: its prompt, which a provider was
// sent. What it cost is left open, since the prices it began with are lost; the tokens are not.
import type { OutboxItem } from '../audit/outbox.ts';
import { NO_USAGE, type Usage } from '../providers/models.ts';
import type { ConversationDeps } from './deps.ts';
import { findStreaming } from './transcript.ts';

type Columns = {
  ordinal: number;
  session_id: string;
  org_id: string;
  actor_id: string;
  request_id: string;
  model: string;
  provider: string;
  prompt_tokens: number;
  budget_month: string | null;
  lease_id: string | null;
};

/** Before its message is marked as interrupted. Empty where no answer was begun. */
export function chargeBarely(deps: Pick<ConversationDeps, 'sql' | 'now' | 'newId'>, runId: string): OutboxItem[] {
  const run = deps.sql
    .exec<Columns>(
      `select ordinal, session_id, org_id, actor_id, request_id, model, provider, prompt_tokens, budget_month,
         lease_id
       from runs where run_id = ?`,
      runId,
    )
    .one();
  const begun = findStreaming(deps.sql, run.ordinal);
  if (!begun || run.budget_month === null) return [];
  const usage: Usage = { ...NO_USAGE, inputTokens: run.prompt_tokens, estimated: true };
  const settlement = { leaseId: run.lease_id ?? begun.id, month: run.budget_month, tokens: run.prompt_tokens };
  const audit = {
    ...{ id: deps.newId(), orgId: run.org_id, actorId: run.actor_id, event: 'answer.interrupted' as const },
    ...{ sessionId: run.session_id, runId, requestId: run.request_id, messageId: begun.id },
    ...{ programId: null, designId: null, provider: run.provider, model: run.model },
    ...{ usage, costMicros: null, priceVersion: null, budgetMonth: run.budget_month },
    ...{ error: 'RUN_INTERRUPTED', durationMs: null, meta: {}, createdAt: deps.now() },
  };
  return [
    { kind: 'settlement', orgId: run.org_id, settlement },
    { kind: 'audit', orgId: run.org_id, userId: run.actor_id, audit },
  ];
}
