// The stack's database: the embedded PostgreSQL, or the one that DATABASE_URL names.
import { join } from 'node:path';
import type { Keys } from '../stack/keys.ts';
import type { Reaper } from '../stack/reaper.ts';
import { StackError } from '../stack/stack-error.ts';
import type { Settings } from '../stack/worker/worker-bindings.ts';
import { startDatabase } from './database.ts';
import { openExternalDatabase } from './external-database.ts';

export type StackDatabase = {
  readonly databaseUrl: string;
  readonly ownerUrl: string;
  readonly fetchEndpoint: string | undefined;
  readonly description: string;
  stop(): Promise<void>;
};

export type StackDatabaseOptions = {
  readonly settings: Settings;
  readonly keys: Keys;
  readonly stateDir: string;
  readonly durable: boolean;
  readonly reaper: Reaper;
  readonly onFailure: (error: StackError) => void;
};

export async function openStackDatabase(options: StackDatabaseOptions): Promise<StackDatabase> {
  const { settings, keys, reaper } = options;
  if (settings['DATABASE_URL']) return openExternalDatabase(settings, keys);
  const dir = join(options.stateDir, 'postgres');
  const database = await startDatabase({ dir, ...keys, durable: options.durable });
  const { pid, port, exited } = database.postgres;
  // A fast shutdown: rolls back open transactions and closes files properly.
  reaper.watch(pid, 'SIGINT');
  let isStopping = false;
  void exited.then((log) => {
    if (!isStopping) options.onFailure(new StackError(`PostgreSQL ended by itself: ${log.split('\n').at(-1)}`));
  });
  return {
    databaseUrl: database.databaseUrl,
    ownerUrl: database.ownerUrl,
    fetchEndpoint: database.fetchEndpoint,
    description: `127.0.0.1:${port}, data in ${dir}`,
    stop: async function stopStackDatabase() {
      isStopping = true;
      await database.stop();
      reaper.forget(pid);
    },
  };
}
