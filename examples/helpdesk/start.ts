// `npm run example:helpdesk`: Harbor Desk on its own port and with its own PostgreSQL. Ctrl-C stops both. `-- --reset` starts
// with empty data.
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ensureDatabase, startPostgres } from '../../local/postgres/postgres.ts';
import { PROJECT_ROOT } from '../../local/project-root.ts';
import { readSettings } from '../../local/stack/dev-vars.ts';
import { loadKeys } from '../../local/stack/keys.ts';
import { HOST, parsePort, requireFreePort } from '../../local/stack/ports.ts';
import { startReaper } from '../../local/stack/reaper.ts';
import { StackError } from '../../local/stack/stack-error.ts';
import { runHelpdesk } from './run.ts';

const DEFAULT_PORT = 4400;

type Stop = () => Promise<void> | void;

const stops: Stop[] = [];
let isEnding = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(0));
await start().catch(async (error: unknown) => {
  if (!isEnding) console.error(`error: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`);
  await end(1);
});

async function start(): Promise<void> {
  const isReset = process.argv.includes('--reset');
  const settings = readSettings(PROJECT_ROOT, process.env);
  const assistant = `http://${HOST}:${settings['PORT'] ?? '8787'}`;
  const port = parsePort(settings['HELPDESK_PORT'] ?? String(DEFAULT_PORT));
  await requireFreePort(port, { patienceMs: 0 }).catch(() => {
    throw new StackError(`port ${port} is in use; choose another: HELPDESK_PORT=${port + 1} npm run example:helpdesk`);
  });
  const databaseUrl = await startDatabase(join(settings['LOCAL_DIR'] ?? '.local', 'helpdesk'), isReset);
  const desk = await runHelpdesk({ databaseUrl, port, assistant });
  stops.push(desk.stop);
  if (!isEnding) console.log(`ready ${desk.origin}`);
}

/** Harbor Desk's own PostgreSQL, so that it shares nothing with the assistant. */
async function startDatabase(localDir: string, isReset: boolean): Promise<string> {
  const dir = resolve(PROJECT_ROOT, localDir);
  if (isReset) rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  const postgres = await startPostgres({ dir, password: loadKeys(dir).ownerPassword, durable: true });
  const reaper = startReaper();
  reaper.watch(postgres.pid, 'SIGINT');
  stops.push(async () => {
    await postgres.stop();
    reaper.close();
  });
  await ensureDatabase(postgres, 'helpdesk');
  return postgres.ownerUrl('helpdesk');
}

async function end(code: number): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  for (const stop of stops.splice(0).reverse()) await stop();
  process.exit(code);
}
