// Starts the local stack: from an empty folder to a Worker that serves requests. dev.ts and the end-to-end tests use it.
// If one service fails to start, the others are stopped.
import { join } from 'node:path';
import type { DemoIssuer } from '../demo-issuer/demo-issuer.ts';
import { type DemoModel, type DemoModelOptions, startDemoModel } from '../demo-model/demo-model.ts';
import { openStackDatabase } from '../postgres/stack-database.ts';
import { loadKeys } from './keys.ts';
import { getFreePort, HOST, requireFreePort } from './ports.ts';
import { endLeftBehind, listChildren, WORKER_PID_FILE } from './processes.ts';
import { type Reaper, startReaper } from './reaper.ts';
import type { StackError } from './stack-error.ts';
import { openStateDir } from './state-dir.ts';
import { bundleWorker } from './worker/bundle.ts';
import { openPages } from './worker/pages.ts';
import { buildBindings, listProviders, type Settings, usesDemoModel } from './worker/worker-bindings.ts';
import { createWorkerHost, type WorkerHost } from './worker/worker-host.ts';

export const WORKER_ENTRY = 'local/stack/worker/worker-entry.ts';

/** How long the services of a killed stack may take to release their ports. */
const LEFT_BEHIND_PATIENCE_MS = 5000;

export type StackOptions = {
  /** Where data, keys and objects are kept. Default: a temporary folder that `stop` removes. */
  readonly localDir?: string;
  /** Empties `localDir` first. */
  readonly reset?: boolean;
  /** The Worker's port; any free one by default. */
  readonly port?: number;
  /** The port for a debugger; none by default. */
  readonly inspectorPort?: number | undefined;
  /** DATABASE_URL, ANTHROPIC_API_KEY, … as in `.dev.vars`. The process's own environment is not read. */
  readonly settings?: Settings;
  /** Requests a minute from one address; wrangler.toml's limit by default. */
  readonly addressLimit?: number;
  readonly demo?: DemoModelOptions;
  /** The bundled Worker; built from its sources if absent. */
  readonly code?: string;
  /** Builds the Worker and the pages again when their source changes. */
  readonly watch?: boolean;
  /** Called when a service is up. */
  readonly onService?: (name: string, text: string) => void;
  /** Called with the output of the Worker and its runtime. */
  readonly onLog?: (level: string, message: string) => void;
  /** A service ended unexpectedly. The stack no longer works, and the caller must stop it. */
  readonly onFailure?: (error: StackError) => void;
};

export type Stack = {
  readonly url: string;
  /** A login that bypasses row-level security. */
  readonly databaseOwnerUrl: string;
  /** Null if a provider is configured. */
  readonly demo: DemoModel | null;
  /** Kills the Worker's process immediately. */
  killWorker(): Promise<void>;
  /** Starts the Worker again on the same port, with the storage that the objects left. */
  startWorker(): Promise<void>;
  stop(): Promise<void>;
};

/** @throws Error whose message is one line that says what to do. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const stops: Stop[] = [];
  try {
    return await startServices(options, stops);
  } catch (error) {
    await stopAll(stops);
    throw error;
  }
}

type Stop = () => Promise<void> | void;

async function startServices(options: StackOptions, stops: Stop[]): Promise<Stack> {
  const { settings = {}, onService: report = () => {}, onLog: log = () => {} } = options;
  const state = await openStateDir({ path: options.localDir, reset: options.reset ?? false });
  stops.push(state.release);
  if (state.wasLeftBehind) endLeftBehind(state.path);
  const port = options.port || (await getFreePort());
  await requireFreePort(port, { patienceMs: state.wasLeftBehind ? LEFT_BEHIND_PATIENCE_MS : 0 });
  const keys = loadKeys(state.path);
  const reaper = startReaper();
  stops.push(reaper.close);

  let host: WorkerHost | null = null;
  const reload = (what: string, { errors }: { errors?: string }) => {
    if (errors !== undefined) return log('error', errors);
    host?.reload().then(
      () => log('info', `${what} changed and were loaded`),
      (error: unknown) => log('error', String(error)),
    );
  };
  const { database, demo, issuer, pages, code } = await startTogether(stops, {
    database: async () => {
      const durable = options.localDir !== undefined;
      const onFailure = options.onFailure ?? (() => {});
      const opened = await openStackDatabase({ settings, keys, stateDir: state.path, durable, reaper, onFailure });
      report('postgres', opened.description);
      if (opened.fetchEndpoint !== undefined) report('neon', opened.fetchEndpoint);
      return { value: opened, stop: opened.stop };
    },
    demo: async () => {
      const model = usesDemoModel(settings) ? await startDemoModel(options.demo) : null;
      report('model', model ? `demo model, not an AI, on ${model.url}` : listProviders(settings).join(', '));
      return { value: model, stop: async () => model?.close() };
    },
    issuer: async () => {
      const started = settings['OIDC_ISSUER'] === 'demo' ? await startIssuer(port) : null;
      if (started) report('issuer', `demo issuer, without passwords, on ${started.url}`);
      return { value: started, stop: async () => started?.close() };
    },
    pages: async () => {
      const onRebuild = options.watch ? reload.bind(null, 'the pages') : undefined;
      const opened = await openPages({ stateDir: state.path, onRebuild });
      report('pages', opened.dir);
      return { value: opened, stop: opened.close };
    },
    code: async () => {
      const { code: given } = options;
      if (given !== undefined) return { value: { getCode: () => given }, stop: () => {} };
      const onRebuild = options.watch && { onRebuild: reload.bind(null, "the Worker's sources") };
      const bundle = await bundleWorker({ entry: WORKER_ENTRY, ...onRebuild });
      if (options.watch) watchBuilder(reaper);
      return { value: bundle, stop: bundle.close };
    },
  });

  host = createWorkerHost({
    getCode: code.getCode,
    bindings: buildBindings({
      settings: issuer ? { ...settings, ...issuer.settings } : settings,
      keys,
      databaseUrl: database.databaseUrl,
      neonFetchEndpoint: database.fetchEndpoint,
      demoModelUrl: demo?.url,
    }),
    addressLimit: options.addressLimit,
    port,
    inspectorPort: options.inspectorPort,
    objectsDir: join(state.path, 'objects'),
    pidFile: join(state.path, WORKER_PID_FILE),
    webDir: pages.dir,
    reaper,
    onLog: log,
    onRestart: () => log('warn', 'the Worker process died and was started again'),
  });
  stops.push(host.kill);
  await host.start();
  report('worker', `workerd on ${HOST}:${port}`);
  return {
    url: `http://${HOST}:${port}`,
    databaseOwnerUrl: database.ownerUrl,
    demo,
    killWorker: host.kill,
    startWorker: host.start,
    stop: () => stopAll(stops),
  };
}

async function startIssuer(port: number): Promise<DemoIssuer> {
  // Loaded on demand, because most stacks start without it.
  const { startDemoIssuer } = await import('../demo-issuer/demo-issuer.ts');
  return startDemoIssuer({ origins: [`http://${HOST}:${port}`, `http://localhost:${port}`] });
}

/** Starts all services at once. Each can be stopped once it is up, even if another one fails. */
async function startTogether<Values extends Record<string, unknown>>(
  stops: Stop[],
  starts: { [Name in keyof Values]: () => Promise<{ value: Values[Name]; stop: Stop }> },
): Promise<Values> {
  const values: Partial<Values> = {};
  const outcomes = await Promise.allSettled(
    Object.keys(starts).map(async (name: keyof Values) => {
      const { value, stop } = await starts[name]();
      stops.push(stop);
      values[name] = value;
    }),
  );
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  return values as Values;
}

/** Stops services in reverse order. A failure doesn't keep the others running. */
async function stopAll(stops: Stop[]): Promise<void> {
  for (const stop of stops.splice(0).reverse()) {
    try {
      await stop();
    } catch {
      // Everything is being stopped, so a failure here has no effect.
    }
  }
}

/** While it watches files, the bundler's service doesn't always notice that this process was killed. */
function watchBuilder(reaper: Reaper): void {
  for (const { pid, command } of listChildren(process.pid))
    if (command.includes('esbuild')) reaper.watch(pid, 'SIGKILL');
}
