// The local stack as an API: everything between an empty folder and a Worker that answers. dev.ts runs it for people,
// end-to-end tests run it for themselves. All or nothing: when one service does not start, the others are stopped.
import { join } from 'node:path';
import { bundleWorker } from './bundle.ts';
import type { DemoIssuer } from './demo-issuer/demo-issuer.ts';
import { type DemoModel, type DemoModelOptions, startDemoModel } from './demo-model/demo-model.ts';
import { loadKeys } from './keys.ts';
import { endLeftBehind, WORKER_PID_FILE } from './left-behind.ts';
import { openPages } from './pages.ts';
import { getFreePort, HOST, requireFreePort } from './ports.ts';
import { listChildren } from './processes.ts';
import { type Reaper, startReaper } from './reaper.ts';
import { openStackDatabase } from './stack-database.ts';
import type { StackError } from './stack-error.ts';
import { openStateDir } from './state-dir.ts';
import { buildBindings, listProviders, type Settings, usesDemoModel } from './worker-bindings.ts';
import { createWorkerHost, type WorkerHost } from './worker-host.ts';

/** How long the services of a killed stack may take to let go of their ports. */
const LEFT_BEHIND_PATIENCE_MS = 5000;

export type StackOptions = {
  /** Where data, keys and objects are kept. Without one, a folder of its own that `stop` removes. */
  readonly localDir?: string;
  /** Empties `localDir` first. */
  readonly reset?: boolean;
  /** The Worker's port; any free one by default. */
  readonly port?: number;
  /** Where a debugger finds the Worker; nowhere by default. */
  readonly inspectorPort?: number | undefined;
  /** DATABASE_URL, ANTHROPIC_API_KEY, … as in `.dev.vars`. The process's own environment is not read. */
  readonly settings?: Settings;
  readonly demo?: DemoModelOptions;
  /** Builds the Worker and the pages again when their source changes. */
  readonly watch?: boolean;
  /** Called with each service that is up. */
  readonly onService?: (name: string, text: string) => void;
  /** What the Worker and its runtime say. */
  readonly onLog?: (level: string, message: string) => void;
  /** A service ended by itself and the stack is of no use any more; the caller stops it. */
  readonly onFailure?: (error: StackError) => void;
};

export type Stack = {
  readonly url: string;
  /** A login that row level security does not hold. */
  readonly databaseOwnerUrl: string;
  /** Null where a provider is configured. */
  readonly demo: DemoModel | null;
  /** Ends the Worker's process outright, in the middle of whatever it does. */
  killWorker(): Promise<void>;
  /** Starts it again on the same port, with the objects' storage as it was left. */
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
      const onRebuild = options.watch && { onRebuild: reload.bind(null, "the Worker's sources") };
      const bundle = await bundleWorker({ entry: 'local/worker-entry.ts', ...onRebuild });
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
  // Loaded where it is wanted: most stacks start without.
  const { startDemoIssuer } = await import('./demo-issuer/demo-issuer.ts');
  return startDemoIssuer({ origins: [`http://${HOST}:${port}`, `http://localhost:${port}`] });
}

/** Starts all at once. Each is stoppable from the moment it is up, even when another one fails. */
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

/** Backwards, one after the other. One that fails must not keep the others running. */
async function stopAll(stops: Stop[]): Promise<void> {
  for (const stop of stops.splice(0).reverse()) {
    try {
      await stop();
    } catch {
      // It is on its way out, as everything is.
    }
  }
}

/** The service of the bundler, while it watches files, does not always notice that this process was killed. */
function watchBuilder(reaper: Reaper): void {
  for (const { pid, command } of listChildren(process.pid))
    if (command.includes('esbuild')) reaper.watch(pid, 'SIGKILL');
}
