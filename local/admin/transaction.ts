// One transaction around what belongs together.
import type pg from 'pg';

export async function inTransaction<T>(database: pg.Client, work: () => Promise<T>): Promise<T> {
  await database.query('begin');
  try {
    const result = await work();
    await database.query('commit');
    return result;
  } catch (error) {
    await database.query('rollback').catch(() => {
      // The connection is gone, and its transaction with it.
    });
    throw error;
  }
}
