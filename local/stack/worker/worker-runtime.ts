// The Worker on Miniflare: one workerd process, with its objects' storage in a folder. Bindings come from
// wrangler.toml. `stop` kills the process immediately, like a machine that crashes.
import { rmSync, writeFileSync } from 'node:fs';
import {
  convertV4MiniflareOptions,
  Log,
  LogLevel,
  Miniflare,
  type MiniflareOptions,
  type V4MiniflareOptions,
} from 'miniflare';
import { HOST } from '../ports.ts';
import { listChildren } from '../processes.ts';
import type { Reaper } from '../reaper.ts';
import { readWorkerOptions } from './worker-options.ts';

export type WorkerRuntimeOptions = {
  /** One ES module. */
  readonly code: string;
  readonly bindings: Readonly<Record<string, string>>;
  /** Requests a minute from one address; wrangler.toml's limit if absent. */
  readonly addressLimit?: number | undefined;
  readonly port: number;
  /** The port for a debugger; none if absent. */
  readonly inspectorPort?: number | undefined;
  /** Folder of the objects' SQLite files. */
  readonly objectsDir: string;
  readonly webDir: string;
  /** The file that has the id of the running workerd process. */
  readonly pidFile: string;
  readonly reaper: Reaper;
  readonly onLog: (level: string, message: string) => void;
  /** The process ended unexpectedly, and a new one is running. */
  readonly onRestart: () => void;
};

/** Miniflare fires no cron triggers. This does, more often than wrangler.toml because a developer is waiting. */
const CRON = '* * * * *';
const BEAT_MS = 10_000;

export type WorkerRuntime = {
  reload(code: string): Promise<void>;
  stop(): Promise<void>;
};

export async function startWorkerRuntime(options: WorkerRuntimeOptions): Promise<WorkerRuntime> {
  const log = new RuntimeLog(options.onLog);
  let pid: number | undefined;
  const watchProcess = () => {
    if (pid !== undefined) options.reaper.forget(pid);
    pid = findWorkerdPid(options.port);
    if (pid === undefined) return;
    options.reaper.watch(pid, 'SIGKILL');
    writeFileSync(options.pidFile, `${pid}\n`);
  };
  const restarted = () => {
    watchProcess();
    options.onRestart();
  };
  const miniflare = createMiniflare(buildOptions(options, options.code, log, restarted));
  try {
    await miniflare.ready;
  } catch (error) {
    await miniflare.dispose().catch(() => {}); // Report the first error, not this one.
    throw error;
  }
  watchProcess();
  const beat = setInterval(() => {
    // The Worker reports a failure itself; the next run starts anyway.
    void miniflare
      .getWorker()
      .then((worker) => worker.scheduled({ cron: CRON }))
      .catch(() => {});
  }, BEAT_MS);
  beat.unref();

  return {
    reload: async function reloadWorker(code) {
      await miniflare.setOptions(buildOptions(options, code, log, restarted));
      watchProcess();
    },
    stop: async function stopWorker() {
      clearInterval(beat);
      await miniflare.dispose();
      if (pid !== undefined) options.reaper.forget(pid);
      rmSync(options.pidFile, { force: true });
    },
  };
}

// Miniflare ends the whole process on a signal, before the rest of the stack could be stopped in order.
function createMiniflare(options: MiniflareOptions): Miniflare {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const before = new Map(signals.map((signal) => [signal, process.listeners(signal)]));
  const miniflare = new Miniflare(options);
  for (const [signal, listeners] of before) {
    for (const added of process.listeners(signal)) if (!listeners.includes(added)) process.off(signal, added);
  }
  return miniflare;
}

/** How workerd marks messages that only matter to its own developers. */
const NOTE_TO_ITS_MAKERS = 'NOSENTRY';

function buildOptions(options: WorkerRuntimeOptions, code: string, log: Log, onRestart: () => void) {
  const { assets, ...worker } = readWorkerOptions(options.bindings, { addressLimit: options.addressLimit });
  const v4Options: V4MiniflareOptions = {
    ...worker,
    ...(assets ? { assets: { ...assets, directory: options.webDir } } : {}),
    name: 'groundwire',
    modules: [{ type: 'ESModule', path: 'worker.js', contents: code }],
    host: HOST,
    port: options.port,
    ...(options.inspectorPort !== undefined && { inspectorPort: options.inspectorPort }),
    resourcePersistencePath: options.objectsDir,
    // Otherwise Miniflare asks Cloudflare where this machine is, and reports usage.
    cf: false,
    telemetry: { enabled: false },
    logRequests: false,
    log,
    handleStructuredLogs: ({ level, message }) => {
      if (!message.includes(NOTE_TO_ITS_MAKERS)) options.onLog(level, message);
    },
    unsafeHandleRuntimeRestart: onRestart,
  };
  return convertV4MiniflareOptions(v4Options);
}

class RuntimeLog extends Log {
  readonly #onLog: (level: string, message: string) => void;

  constructor(onLog: (level: string, message: string) => void) {
    super(LogLevel.WARN);
    this.#onLog = onLog;
  }

  override logWithLevel(level: LogLevel, message: string): void {
    if (level <= LogLevel.WARN) this.#onLog(level === LogLevel.WARN ? 'warn' : 'error', message);
  }
}

function findWorkerdPid(port: number): number | undefined {
  const address = `entry=${HOST}:${port}`;
  return listChildren(process.pid).find(({ command }) => command.includes(address))?.pid;
}
