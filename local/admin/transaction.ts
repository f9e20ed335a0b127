// Runs queries in one transaction.
import type pg from 'pg';

export async function inTransaction<T>(database: pg.Client, work: () => Promise<T>): Promise<T> {
  await database.query('begin');
  try {
    const result = await work();
    await database.query('commit');
    return result;
  } catch (error) {
    await database.query('rollback').catch(() => {
      // The connection is closed, which also ended the transaction.
    });
    throw error;
  }
}
