// What an object remembers of its database, so that it needn't read it again. Only the object's own code changes its
// database; a rollback drops everything that is remembered.

const caches: WeakMap<SqlStorage, unknown>[] = [];

/** A cache with one entry for each database. Code that changes the rows behind it also changes or deletes the entry. */
export function databaseCache<T>(): WeakMap<SqlStorage, T> {
  const cache = new WeakMap<SqlStorage, T>();
  caches.push(cache);
  return cache;
}

/** Runs `work` in one transaction. If it throws, nothing of it is stored or remembered. */
export function transact<T>(storage: DurableObjectStorage, work: () => T): T {
  try {
    return storage.transactionSync(work);
  } catch (error) {
    for (const cache of caches) cache.delete(storage.sql);
    throw error;
  }
}
