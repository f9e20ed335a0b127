// The event log's table: one row for each batch.
import type { Batch } from './event-log.ts';

/** Even with full batches this stays well below the limit for one write to a reader. */
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

  /** The number of stored events of a run. */
  count: (runId: string): number =>
    sql.exec<{ events: number }>('select coalesce(sum(count), 0) as events from events where run_id = ?', runId).one()
      .events,

  /** Batches from the one that contains event `from`. */
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
