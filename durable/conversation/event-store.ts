// Where the event log keeps its batches: one row a batch.
import type { Batch } from './event-log.ts';

/** Rows read at a time: with full batches well under what one write to a reader should hold. */
const ROWS_PER_READ = 32;

type BatchRow = { first_seq: number; count: number; frames: string };

export const storedEvents = (sql: SqlStorage) => ({
  insert(runId: string, batch: Batch): void {
    sql.exec(
      'insert into events (run_id, first_seq, count, frames) values (?, ?, ?, ?)',
      runId,
      batch.first,
      batch.count,
      batch.frames,
    );
  },

  /** How many events of the run are stored. */
  count: (runId: string): number =>
    sql.exec<{ events: number }>('select coalesce(sum(count), 0) as events from events where run_id = ?', runId).one()
      .events,

  /** Batches from the one that holds event `from` on. */
  select(runId: string, from: number): Batch[] {
    return sql
      .exec<BatchRow>(
        `select first_seq, count, frames from events
         where run_id = ?1 and first_seq >= (select coalesce(max(first_seq), 0) from events where run_id = ?1 and first_seq <= ?2)
         order by first_seq limit ${ROWS_PER_READ}`,
        runId,
        from,
      )
      .toArray()
      .map((row) => ({ first: row.first_seq, count: row.count, frames: row.frames }));
  },
});
