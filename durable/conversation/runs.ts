// The rows of runs: what was asked, and how it ended. They hold what ending a run after a restart needs and no more:
// the words are in the transcript, the rights were those of their moment.
import { z } from 'zod';
import type { Answering } from '../providers/catalog.ts';
import { TurnUse } from '../tools/turn-limits.ts';
import { type Author, RunMode } from './requests.ts';

/** What a run's tokens cost, kept with it: a run that is ended after a restart is charged at the prices it began with. */
const Pricing = z.object({
  prices: z.object({ input: z.number(), output: z.number(), cacheRead: z.number(), cacheWrite: z.number() }),
  priceVersion: z.string(),
});
export type Pricing = z.infer<typeof Pricing>;

/** What a request says besides its words. */
const Scope = z.object({
  mode: RunMode,
  programId: z.string().nullable(),
  designId: z.string().nullable(),
  /** What the user had in view, in words. */
  about: z.string().nullable().default(null),
  parentRunId: z.string().nullable(),
  /** The approvals that this run was asked to carry out or to lay aside. */
  approvalIds: z.array(z.string()).default([]),
  instructions: z.string().nullish(),
  maxOutputTokens: z.number().nullish(),
  /** The template of which it drafts. */
  templateId: z.string().nullish(),
});
export type Scope = z.infer<typeof Scope>;

export type RunStatus = 'queued' | 'running' | 'complete' | 'stopped' | 'interrupted' | 'failed';

/**
 * A reservation in the org's Budget. It bears the message's id; where another provider takes over, who was asked before is
 * settled under that, and the new one has a lease of its own. `tokens` is 0 until they are granted.
 */
export type Lease = { readonly id: string; readonly month: string; tokens: number };

export type Run = {
  readonly runId: string;
  readonly ordinal: number;
  /** Tells a repeated request from another one with the same run id. */
  readonly digest: string;
  readonly status: RunStatus;
  readonly sessionId: string;
  readonly orgId: string;
  readonly actorId: string;
  /** Null of runs from before it was kept. */
  readonly actorName: string | null;
  readonly scope: Scope;
  readonly requestId: string;
  /** The id of the assistant's message that this run writes. */
  readonly assistantId: string;
  readonly model: string;
  readonly provider: string;
  readonly pricing: Pricing;
  /** Estimated tokens of the prompt; 0 until it is sent. */
  readonly promptTokens: number;
  /** The month whose budget the current step is charged to; null until one is begun. */
  readonly budgetMonth: string | null;
  /** The lease of the current step in that budget. */
  readonly leaseId: string | null;
  readonly createdAt: number;
};

type RunRow = {
  run_id: string;
  ordinal: number;
  digest: string;
  status: string;
  session_id: string;
  org_id: string;
  actor_id: string;
  actor_name: string | null;
  scope: string;
  request_id: string;
  assistant_id: string;
  model: string;
  provider: string;
  pricing: string;
  prompt_tokens: number;
  budget_month: string | null;
  lease_id: string | null;
  created_at: number;
};

/** Whose turn it is, as others see it. */
export const authorOf = ({ actorId, actorName }: Pick<Run, 'actorId' | 'actorName'>): Author | null =>
  actorName === null ? null : { id: actorId, name: actorName };

export function insertRun(sql: SqlStorage, run: Run): void {
  sql.exec(
    `insert into runs (run_id, ordinal, digest, status, session_id, org_id, actor_id, scope, request_id, assistant_id, model,
       provider, pricing, prompt_tokens, created_at, actor_name) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    run.runId,
    run.ordinal,
    run.digest,
    run.status,
    run.sessionId,
    run.orgId,
    run.actorId,
    JSON.stringify(run.scope),
    run.requestId,
    run.assistantId,
    run.model,
    run.provider,
    JSON.stringify(run.pricing),
    run.promptTokens,
    run.createdAt,
    run.actorName,
  );
}

/** A run's actor, digest and state, null for an id this conversation does not know. */
export function findRun(
  sql: SqlStorage,
  runId: string,
): {
  readonly actorId: string;
  readonly actorName: string | null;
  readonly digest: string;
  readonly status: RunStatus;
} | null {
  const row = sql
    .exec<Pick<RunRow, 'actor_id' | 'actor_name' | 'digest' | 'status'>>(
      'select actor_id, actor_name, digest, status from runs where run_id = ?',
      runId,
    )
    .toArray()[0];
  if (!row) return null;
  return { actorId: row.actor_id, actorName: row.actor_name, digest: row.digest, status: row.status as RunStatus };
}

/** Written with each request to a model, so that one that dies is charged for its own prompt, in its own lease. */
export function setRunStarted(
  sql: SqlStorage,
  runId: string,
  asked: { readonly promptTokens: number; readonly lease: Lease | null },
): void {
  sql.exec(
    "update runs set status = 'running', prompt_tokens = ?, budget_month = ?, lease_id = ? where run_id = ?",
    asked.promptTokens,
    asked.lease?.month ?? null,
    asked.lease?.id ?? null,
    runId,
  );
}

/** What a run says of who answers it, and at which prices. */
export const answeredBy = ({ model, provider }: Answering): Pick<Run, 'model' | 'provider' | 'pricing'> => ({
  model: model.id,
  provider: provider.name,
  pricing: { prices: model.prices, priceVersion: model.priceVersion },
});

export function setRunAnswering(sql: SqlStorage, run: Run): void {
  sql.exec(
    'update runs set model = ?, provider = ?, pricing = ? where run_id = ?',
    run.model,
    run.provider,
    JSON.stringify(run.pricing),
    run.runId,
  );
}

/** Keeps what a turn has used of its limits. */
export function setRunUse(sql: SqlStorage, runId: string, use: TurnUse): void {
  sql.exec('update runs set used = ? where run_id = ?', JSON.stringify(use), runId);
}

/** What the turn had used when it came to rest; null for a run that is not known or used no tools. */
export function getRunUse(sql: SqlStorage, runId: string): TurnUse | null {
  const row = sql.exec<{ used: string | null }>('select used from runs where run_id = ?', runId).toArray()[0];
  return row?.used ? TurnUse.parse(JSON.parse(row.used)) : null;
}

export function setRunEnded(sql: SqlStorage, runId: string, status: RunStatus, now: number): void {
  sql.exec('update runs set status = ?, ended_at = ? where run_id = ?', status, now, runId);
}

/** Ids of the runs that have not ended, oldest first. */
export const unfinishedRunIds = (sql: SqlStorage): string[] =>
  sql
    .exec<{ run_id: string }>("select run_id from runs where status in ('queued', 'running') order by ordinal")
    .toArray()
    .map((row) => row.run_id);

/** @throws where the row cannot be read. */
export function requireRun(sql: SqlStorage, runId: string): Run {
  const row = sql.exec<RunRow>('select * from runs where run_id = ?', runId).one();
  return {
    runId: row.run_id,
    ordinal: row.ordinal,
    digest: row.digest,
    status: row.status as RunStatus,
    sessionId: row.session_id,
    orgId: row.org_id,
    actorId: row.actor_id,
    actorName: row.actor_name,
    scope: Scope.parse(JSON.parse(row.scope)),
    requestId: row.request_id,
    assistantId: row.assistant_id,
    model: row.model,
    provider: row.provider,
    pricing: Pricing.parse(JSON.parse(row.pricing)),
    promptTokens: row.prompt_tokens,
    budgetMonth: row.budget_month,
    leaseId: row.lease_id,
    createdAt: row.created_at,
  };
}
