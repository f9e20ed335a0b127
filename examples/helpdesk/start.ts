// `npm run example:helpdesk`: Harbor Desk on its own port and with its own PostgreSQL, beside Groundwire's dev stack, which it
// starts too unless it runs. Ctrl-C stops what this started. `-- --reset` starts with empty data.
import { execFile, spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { ensureDatabase, startPostgres } from '../../local/postgres/postgres.ts';
import { PROJECT_ROOT } from '../../local/project-root.ts';
import { readSettings } from '../../local/stack/dev-vars.ts';
import { loadKeys } from '../../local/stack/keys.ts';
import { HOST, parsePort, requireFreePort } from '../../local/stack/ports.ts';
import { startReaper } from '../../local/stack/reaper.ts';
import { StackError } from '../../local/stack/stack-error.ts';
import { connect } from './connect.ts';
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
  if (await isGroundwire(assistant)) {
    if (isReset) throw new StackError(`Groundwire runs at ${assistant}; stop it first to reset its data`);
    console.log(`groundwire ${assistant}, already running`);
  } else {
    await startGroundwire(isReset);
  }
  const databaseUrl = await startDatabase(join(settings['LOCAL_DIR'] ?? '.local', 'helpdesk'), isReset);
  const desk = await runHelpdesk({ databaseUrl, port, assistant });
  stops.push(desk.stop);
  await connect({ desk, assistant, admin: runAdmin });
  if (!isEnding) console.log(`ready ${desk.origin}`);
}

async function isGroundwire(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/api/v1/openapi.json`, { signal: AbortSignal.timeout(2000) });
    return (await response.text()).includes('Groundwire');
  } catch {
    return false; // Nothing listens there.
  }
}

/** `npm run dev`, until it is ready. */
async function startGroundwire(isReset: boolean): Promise<void> {
  const child = spawn(process.execPath, ['local/dev.ts', ...(isReset ? ['--reset'] : [])], {
    cwd: PROJECT_ROOT,
    // It ends when this process ends, even if this one is killed.
    env: { ...process.env, GROUNDWIRE_PARENT: String(process.pid) },
    stdio: ['ignore', 'pipe', 'inherit'],
    // Ctrl-C must reach Harbor Desk first.
    detached: true,
  });
  const exited = new Promise<void>((done) => child.once('exit', () => done()));
  stops.push(async () => {
    child.kill('SIGTERM');
    await exited;
  });
  await new Promise<void>((isReady, hasFailed) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('ready ')) isReady();
      else if (!isEnding) console.log(line);
    });
    void exited.then(() => {
      hasFailed(new StackError('Groundwire’s dev stack ended'));
      void end(1);
    });
  });
}

/** `npm run admin -- <words>` */
async function runAdmin(words: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ['local/admin/admin.ts', ...words], {
    cwd: PROJECT_ROOT,
  });
  return stdout;
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
