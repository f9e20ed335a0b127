// The summaries of a conversation. Each covers all turns up to one, so it is valid on every branch through that turn and on no
// other. A row is written before its request is sent, so that a request of a run that dies is charged.

import type { Earlier } from '../../contracts/conversation.ts';
import { isOn, type Range } from '../history/branches.ts';
import type { Thread } from '../history/thread.ts';
import type { Lease } from '../run/runs.ts';

export type Summary = {
  /** The last turn that it covers. */
  readonly through: number;
  readonly text: string;
  /** The oldest messages were already too long to be summarized. */
  readonly isPartial: boolean;
  readonly model: string;
  /** Unix milliseconds. */
  readonly createdAt: number;
};

type SummaryRow = { through: number; text: string; is_partial: number; model: string; created_at: number };

/** The newest summary of turns before this one; null if there is none on the path. */
export function summaryOn(sql: SqlStorage, path: () => readonly Range[], before: number): Summary | null {
  const rows = sql
    .exec<SummaryRow>(
      `select through, text, is_partial, model, created_at from summaries
       where state = 'made' and through < ? order by through desc, ordinal desc`,
      before,
    )
    .toArray();
  if (rows.length === 0) return null;
  const shown = path();
  const row = rows.find(({ through }) => isOn(shown, through));
  return row ? toSummary(row) : null;
}

/**
 * The summary that a turn's prompt begins with. A conversation whose history begins with its first turn, and that has no branch,
 * has none, so most prompts need no query.
 */
export const summaryFor = (
  sql: SqlStorage,
  { historyFrom }: { readonly historyFrom: number },
  { hasBranches, pathBefore }: Pick<Thread, 'hasBranches' | 'pathBefore'>,
  ordinal: number,
): Summary | null => (historyFrom > 1 || hasBranches ? summaryOn(sql, () => pathBefore(ordinal), ordinal) : null);

const toSummary = ({ through, text, is_partial, model, created_at }: SummaryRow): Summary => ({
  through,
  text,
  isPartial: is_partial === 1,
  model,
  createdAt: created_at,
});

/** How many turns pass after a failure before the next summary is requested. */
const TURNS_AFTER_FAILURE = 4;

/** True also for the rest of a turn that has tried. */
export const wasTriedLately = (sql: SqlStorage, ordinal: number): boolean =>
  sql
    .exec(
      "select 1 from summaries where ordinal = ?1 or (state = 'failed' and ordinal between ?1 - ?2 and ?1) limit 1",
      ordinal,
      TURNS_AFTER_FAILURE,
    )
    .toArray().length > 0;

type SummaryAttempt = {
  /** The turn whose run requests it. */
  readonly ordinal: number;
  readonly runId: string;
  readonly through: number;
  readonly isPartial: boolean;
  readonly model: string;
  readonly lease: Lease;
  readonly createdAt: number;
};

/** Before its tokens are reserved. */
export function insertAttempt(sql: SqlStorage, attempt: SummaryAttempt): void {
  sql.exec(
    `insert or replace into summaries
       (ordinal, run_id, through, state, is_partial, model, created_at, lease_id, budget_month, prompt_tokens)
     values (?, ?, ?, 'asked', ?, ?, ?, ?, ?, 0)`,
    attempt.ordinal,
    attempt.runId,
    attempt.through,
    attempt.isPartial ? 1 : 0,
    attempt.model,
    attempt.createdAt,
    attempt.lease.id,
    attempt.lease.month,
  );
}

/** Right before its request is sent. */
export function setAttemptSending(sql: SqlStorage, ordinal: number, promptTokens: number): void {
  sql.exec('update summaries set prompt_tokens = ? where ordinal = ?', promptTokens, ordinal);
}

/** `stopped`: by the user, so the next turn may try again. */
type AttemptEnd = { readonly state: 'made'; readonly text: string } | { readonly state: 'failed' | 'stopped' };

/** False if the turns that it covers were erased meanwhile: then its text is not stored. */
export function endAttempt(sql: SqlStorage, ordinal: number, end: AttemptEnd, costMicros: number | null): boolean {
  sql.exec('update summaries set lease_id = null, cost_micros = ? where ordinal = ?', costMicros, ordinal);
  const { rowsWritten } = sql.exec(
    "update summaries set state = ?, text = ? where ordinal = ? and state = 'asked'",
    end.state,
    end.state === 'made' ? end.text : null,
    ordinal,
  );
  return rowsWritten > 0;
}

export type OpenAttempt = {
  readonly ordinal: number;
  readonly runId: string;
  /** 0 if its request was not sent. */
  readonly promptTokens: number;
  readonly lease: Lease;
};

/** Attempts that an earlier instance of the object left unfinished. */
export const openAttempts = (sql: SqlStorage): OpenAttempt[] =>
  sql
    .exec<{ ordinal: number; run_id: string; prompt_tokens: number; lease_id: string; budget_month: string }>(
      'select ordinal, run_id, prompt_tokens, lease_id, budget_month from summaries where lease_id is not null',
    )
    .toArray()
    .map((row) => ({
      ordinal: row.ordinal,
      runId: row.run_id,
      promptTokens: row.prompt_tokens,
      lease: { id: row.lease_id, month: row.budget_month, tokens: 0 },
    }));

/** Part of the erasure of a run's messages, before them. Later turns are covered only together with earlier ones. */
export function eraseSummariesOf(sql: SqlStorage, runId: string): void {
  sql.exec(
    `update summaries set state = 'erased', text = null
     where through >= (select min(ordinal) from messages where run_id = ?)`,
    runId,
  );
}

/** A summary from the original of a fork. Nothing is left to charge. */
export function storeCopiedSummary(sql: SqlStorage, { through, text, isPartial, model, createdAt }: Summary): void {
  sql.exec(
    `insert into summaries (ordinal, run_id, through, state, text, is_partial, model, created_at, prompt_tokens)
     values (?, 'copied', ?, 'made', ?, ?, ?, ?, 0)`,
    through,
    through,
    text,
    isPartial ? 1 : 0,
    model,
    createdAt,
  );
}

/** Micro-dollars of all summaries of the conversation. */
const costOfSummaries = (sql: SqlStorage): number =>
  sql.exec<{ sum: number }>('select coalesce(sum(cost_micros), 0) as sum from summaries').one().sum;

/** What the model reads instead of the messages before a turn. */
export function toEarlier(sql: SqlStorage, summary: Summary | null, isPartial: boolean): Earlier {
  return {
    summary: summary && { text: summary.text, model: summary.model, createdAt: summary.createdAt },
    isPartial: isPartial || (summary?.isPartial ?? false),
    costMicros: costOfSummaries(sql),
  };
}
