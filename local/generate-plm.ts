// `npm run fill:plm -- --items 1000000`: fills Cascade Robotics with made-up items, to see how it behaves at size.
// Goes to DATABASE_OWNER_URL, a login that bypasses row level security, or else to the local stack's own data while that
// stack is not running.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { MigrationError } from '../migrations/migrate.ts';
import { startDatabase } from './database.ts';
import { readSettings } from './dev-vars.ts';
import { fillPlm } from './fill-plm.ts';
import { loadKeys } from './keys.ts';
import { StackError } from './stack-error.ts';
import { openStateDir } from './state-dir.ts';
import { PROJECT_ROOT } from './worker-options.ts';

const MAX_ITEMS = 5_000_000;

try {
  await main();
} catch (error) {
  if (!(error instanceof StackError || error instanceof MigrationError)) throw error;
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { items: { type: 'string', default: '1000000' } } });
  const items = Number(values.items);
  if (!Number.isInteger(items) || items < 1 || items > MAX_ITEMS)
    throw new StackError(`--items takes a whole number up to ${MAX_ITEMS}`);
  const ownerUrl = process.env['DATABASE_OWNER_URL'];
  if (ownerUrl) return fill(ownerUrl, items);

  const settings = readSettings(PROJECT_ROOT, process.env);
  const stateDir = await openStateDir({ path: settings['LOCAL_DIR'] ?? join(PROJECT_ROOT, '.local'), reset: false });
  try {
    const dir = join(stateDir.path, 'postgres');
    const database = await startDatabase({ dir, ...loadKeys(stateDir.path), durable: true });
    try {
      await fill(database.ownerUrl, items);
    } finally {
      await database.stop();
    }
  } finally {
    stateDir.release();
  }
}

async function fill(ownerUrl: string, items: number): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    const startedAt = performance.now();
    const added = await fillPlm(client, { items, onProgress: (done) => console.log(`${done} of ${items} items`) });
    console.log(`${added} items added in ${Math.round((performance.now() - startedAt) / 1000)} s`);
  } finally {
    await client.end();
  }
}
