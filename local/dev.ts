// `npm run dev`: starts the local stack. Prints one line per service, the address last; Ctrl-C stops everything.
// `-- --reset` starts with empty data.
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { MigrationError } from '../migrations/sql-files.ts';
import { PROJECT_ROOT } from './project-root.ts';
import { readSettings } from './stack/dev-vars.ts';
import { parsePort } from './stack/ports.ts';
import { type Stack, startStack } from './stack/stack.ts';
import { StackError } from './stack/stack-error.ts';

const DEFAULT_PORT = 8787;
const PARENT_POLL_MS = 1000;
const STARTING_PATIENCE_MS = 2000;
const NAME_WIDTH = 9;

let stack: Stack | null = null;
let isEnding = false;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(0));
// End when the parent process ends, even if it was killed.
const parent = Number(process.env['GROUNDWIRE_PARENT'] ?? process.ppid);
if (process.env['GROUNDWIRE_PARENT']) setInterval(() => process.ppid !== parent && void end(0), PARENT_POLL_MS).unref();

const starting = start();
await starting.catch(async (error: unknown) => {
  if (!isEnding) console.error(`error: ${describe(error)}`);
  await end(1);
});

async function start(): Promise<void> {
  const args = process.argv.slice(2);
  const unknown = args.find((arg) => arg !== '--reset');
  if (unknown !== undefined)
    throw new StackError(`unknown option ${unknown}; there is --reset, which empties the data`);
  const settings = readSettings(PROJECT_ROOT, process.env);
  stack = await startStack({
    localDir: settings['LOCAL_DIR'] ?? join(PROJECT_ROOT, '.local'),
    port: settings['PORT'] ? parsePort(settings['PORT']) : DEFAULT_PORT,
    reset: args.includes('--reset'),
    settings,
    watch: true,
    onService: (name, text) => isEnding || console.log(`${name.padEnd(NAME_WIDTH)} ${text}`),
    onLog: (level, message) => isEnding || (level === 'error' ? console.error(message) : console.log(message)),
    onFailure: (error) => {
      if (!isEnding) console.error(`error: ${error.message}`);
      void end(1);
    },
  });
  if (!isEnding) console.log(`ready ${stack.url}`);
}

async function end(code: number): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  process.exitCode = code;
  // A service must be up before it can be stopped in order. The reaper kills those that take too long.
  await Promise.race([starting.catch(() => {}), setTimeout(STARTING_PATIENCE_MS)]);
  await stack?.stop();
  process.exit();
}

function describe(error: unknown): string {
  if (error instanceof StackError || error instanceof MigrationError) return error.message;
  if (process.env['DEBUG']) console.error(error);
  const message = error instanceof Error ? error.message : String(error);
  return `${message.split('\n')[0]} (DEBUG=1 npm run dev shows more)`;
}
