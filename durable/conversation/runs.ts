// The rows of runs: what was asked under which rights, and how it ended.
import { z } from 'zod';
import { Access } from '../principal.ts';
import { RunRequest } from './requests.ts';

/** What a run's tokens cost, kept with it: a run that is ended after a restart is charged at the prices it began with. */
const Pricing = z.strictObject({
  prices: z.strictObject({ input: z.number(), output: z.number(), cacheRead: z.number(), cacheWrite: z.number() }),
  priceVersion: z.string(),
});
export type Pricing = z.infer<typeof Pricing>;

export type RunStatus = 'queued' | 'running' | 'complete' | 'stopped' | 'interrupted' | 'failed';

export type Run = {
  readonly runId: string;
  readonly ordinal: number;
  readonly status: RunStatus;
  readonly request: RunRequest;
  readonly access: Access;
  readonly requestId: string;
  /** The id of the assistant's message that this run writes. */
  readonly assistantId: string;
  readonly model: string;
  readonly provider: string;
  readonly pricing: Pricing;
  /** Estimated tokens of the prompt; 0 until it is sent. */
  readonly promptTokens: number;
  readonly createdAt: number;
};

type RunRow = {
  run_id: string;
  ordinal: number;
  status: string;
  request: string;
  access: string;
  request_id: string;
  assistant_id: string;
  model: string;
  provider: string;
  pricing: string;
  prompt_tokens: number;
  created_at: number;
};

export function insertRun(sql: SqlStorage, run: Run): void {
  sql.exec(
    `insert into runs (run_id, ordinal, digest, status, request, access, request_id, assistant_id, model, provider, pricing,
       prompt_tokens, created_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    run.runId,
    run.ordinal,
    run.request.digest,
    run.status,
    JSON.stringify(run.request),
    JSON.stringify(run.access),
    run.requestId,
    run.assistantId,
    run.model,
    run.provider,
    JSON.stringify(run.pricing),
    run.promptTokens,
    run.createdAt,
  );
}

/** A run's digest and state, null for an id this conversation does not know. */
export function findRun(
  sql: SqlStorage,
  runId: string,
): { readonly digest: string; readonly status: RunStatus } | null {
  const row = sql
    .exec<{ digest: string; status: string }>('select digest, status from runs where run_id = ?', runId)
    .toArray()[0];
  return row ? { digest: row.digest, status: row.status as RunStatus } : null;
}

export const nextOrdinal = (sql: SqlStorage): number =>
  sql.exec<{ next: number }>('select coalesce(max(ordinal), 0) + 1 as next from runs').one().next;

export function setRunStarted(sql: SqlStorage, runId: string, promptTokens: number): void {
  sql.exec("update runs set status = 'running', prompt_tokens = ? where run_id = ?", promptTokens, runId);
}

export function setRunEnded(sql: SqlStorage, runId: string, status: RunStatus, now: number): void {
  sql.exec('update runs set status = ?, ended_at = ? where run_id = ?', status, now, runId);
}

/** Runs that have not ended, oldest first. */
export function unfinishedRuns(sql: SqlStorage): Run[] {
  const rows = sql.exec<RunRow>("select * from runs where status in ('queued', 'running') order by ordinal").toArray();
  return rows.map((row) => ({
    runId: row.run_id,
    ordinal: row.ordinal,
    status: row.status as RunStatus,
    request: RunRequest.parse(JSON.parse(row.request)),
    access: Access.parse(JSON.parse(row.access)),
    requestId: row.request_id,
    assistantId: row.assistant_id,
    model: row.model,
    provider: row.provider,
    pricing: Pricing.parse(JSON.parse(row.pricing)),
    promptTokens: row.prompt_tokens,
    createdAt: row.created_at,
  }));
}
