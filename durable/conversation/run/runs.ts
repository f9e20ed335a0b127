// The rows of runs: the request and how the run ended. They contain only what is needed to end a run after a restart: the
// text is in the transcript, and rights are not stored.
import * as z from 'zod';
import type { RunStatus } from '../../contracts/conversation.ts';
import { EffortChoice, RunMode } from '../../contracts/session.ts';
import type { Author } from '../../contracts/transcript.ts';
import type { AnsweringModel } from '../../providers/models/catalog.ts';
import { TurnUse } from '../../tools/turn-limits.ts';

const Rates = z.object({
  input: z.number(),
  output: z.number(),
  cacheRead: z.number(),
  cacheWrite: z.number(),
  cacheWriteLong: z.number().optional(),
});
/** Stored with the run, so that a run that is ended after a restart is charged at its original prices. */
const Pricing = z.object({
  prices: Rates.extend({ above: Rates.extend({ promptTokens: z.number() }).optional() }),
  priceVersion: z.string(),
});
export type Pricing = z.infer<typeof Pricing>;

/** The request without its text. */
const RunScope = z.object({
  mode: RunMode,
  programId: z.string().nullable(),
  designId: z.string().nullable(),
  /** What the user had in view, in words. */
  about: z.string().nullable().default(null),
  parentRunId: z.string().nullable(),
  /** The approvals that this run confirms or cancels. */
  approvalIds: z.array(z.string()).default([]),
  instructions: z.string().nullish(),
  maxOutputTokens: z.number().nullish(),
  effort: EffortChoice.nullish().catch(null),
  /** The template of its draft. */
  templateId: z.string().nullish(),
  /** What the client sent and the run can't use. */
  ignored: z.array(z.string()).readonly().optional(),
});
export type RunScope = z.infer<typeof RunScope>;
/** A reservation in the org's Budget. Each request to a model has its own. `tokens` is 0 until they are granted, and grows. */
export type Lease = { readonly id: string; readonly month: string; tokens: number };

export type Run = {
  readonly runId: string;
  readonly ordinal: number;
  /** Distinguishes a repeated request from another one with the same run id. */
  readonly digest: string;
  readonly status: RunStatus;
  readonly sessionId: string;
  readonly orgId: string;
  readonly actorId: string;
  /** Null for runs older than this field. */
  readonly actorName: string | null;
  readonly scope: RunScope;
  readonly requestId: string;
  /** The id of the first assistant message of this run. */
  readonly assistantId: string;
  readonly model: string;
  readonly provider: string;
  readonly pricing: Pricing;
  /** Estimated tokens of the current step's prompt; 0 until it is sent. */
  readonly promptTokens: number;
  /** The month whose budget the current step is charged to; null if nothing was reserved. */
  readonly budgetMonth: string | null;
  /** The lease of the current step in that budget. It is named before it is asked for. */
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

/** The author, as others see them. */
export const authorOf = ({ actorId, actorName }: Pick<Run, 'actorId' | 'actorName'>): Author | null =>
  actorName === null ? null : { id: actorId, name: actorName };

export function insertRun(sql: SqlStorage, run: Run): void {
  sql.exec(
    `insert into runs (run_id, ordinal, digest, status, session_id, org_id, actor_id, scope, request_id, assistant_id, model,
       provider, pricing, prompt_tokens, created_at, actor_name, budget_month, lease_id)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
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
    run.budgetMonth,
    run.leaseId,
  );
}

/** A run's user, digest and status; null for an id that this conversation doesn't know. */
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

/** Written before tokens are reserved for a request, so that the reservation of a run that dies is settled. */
export function setRunReserving(sql: SqlStorage, runId: string, lease: Lease): void {
  sql.exec(
    "update runs set status = 'running', prompt_tokens = 0, budget_month = ?, lease_id = ? where run_id = ?",
    lease.month,
    lease.id,
    runId,
  );
}

/** Written right before a request leaves, so that a run that dies is charged for its prompt, and only if it was sent. */
export function setRunSending(sql: SqlStorage, runId: string, promptTokens: number): void {
  sql.exec("update runs set status = 'running', prompt_tokens = ? where run_id = ?", promptTokens, runId);
}

/** The columns of a run that name its model and prices. */
export const answeredBy = ({ model, provider }: AnsweringModel): Pick<Run, 'model' | 'provider' | 'pricing'> => ({
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

/** Stores how much of its tool limits a run has used. */
export function setRunUse(sql: SqlStorage, runId: string, use: TurnUse): void {
  sql.exec('update runs set used = ? where run_id = ?', JSON.stringify(use), runId);
}

/** How much of its tool limits the run used; null for a run that is unknown or used no tools. */
export function getRunUse(sql: SqlStorage, runId: string): TurnUse | null {
  const row = sql.exec<{ used: string | null }>('select used from runs where run_id = ?', runId).toArray()[0];
  return row?.used ? TurnUse.parse(JSON.parse(row.used)) : null;
}

export function setRunEnded(sql: SqlStorage, runId: string, status: RunStatus, now: number): void {
  sql.exec('update runs set status = ?, ended_at = ? where run_id = ?', status, now, runId);
}

/** False for the first run of a conversation, also if it began with copied messages. */
export const hasEarlierRun = (sql: SqlStorage, ordinal: number): boolean =>
  sql.exec('select 1 from runs where ordinal < ? limit 1', ordinal).toArray().length > 0;

/** Ids of the runs that have not ended, oldest first. */
export const unfinishedRunIds = (sql: SqlStorage): string[] =>
  sql
    .exec<{ run_id: string }>("select run_id from runs where status in ('queued', 'running') order by ordinal")
    .toArray()
    .map((row) => row.run_id);

/** @throws if the row can't be read */
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
    scope: RunScope.parse(JSON.parse(row.scope)),
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
