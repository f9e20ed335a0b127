// `npm run fill:plm -- --items 1000000`: fills Cascade Robotics with generated items, to try it with a lot of data. Uses
// DATABASE_OWNER_URL, a login that bypasses row-level security, or the local stack's data while that stack isn't running.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { MigrationError } from '../migrations/sql-files.ts';
import { fillPlm } from './demo-data/fill-plm.ts';
import { startDatabase } from './postgres/database.ts';
import { PROJECT_ROOT } from './project-root.ts';
import { readSettings } from './stack/dev-vars.ts';
import { loadKeys } from './stack/keys.ts';
import { StackError } from './stack/stack-error.ts';
import { openStateDir } from './stack/state-dir.ts';

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
