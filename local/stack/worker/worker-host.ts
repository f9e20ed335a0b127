// Keeps at most one Worker process, and runs one operation at a time: start, reload, kill.
import { startWorkerRuntime, type WorkerRuntime, type WorkerRuntimeOptions } from './worker-runtime.ts';

export type WorkerHost = {
  /** Does nothing if the Worker is running. */
  start(): Promise<void>;
  /** Kills the process immediately. */
  kill(): Promise<void>;
  /** Reloads code and pages; does nothing if the Worker isn't running. */
  reload(): Promise<void>;
};

export function createWorkerHost(options: Omit<WorkerRuntimeOptions, 'code'> & { getCode: () => string }): WorkerHost {
  let runtime: WorkerRuntime | null = null;
  let last: Promise<void> = Promise.resolve();
  const inTurn = (step: () => Promise<void>): Promise<void> => {
    const done = last.then(step);
    last = done.catch(() => {}); // The caller gets the error; the next operation runs anyway.
    return done;
  };
  return {
    start: () =>
      inTurn(async function startWorker() {
        runtime ??= await startWorkerRuntime({ ...options, code: options.getCode() });
      }),
    kill: () =>
      inTurn(async function killWorker() {
        const running = runtime;
        runtime = null;
        await running?.stop();
      }),
    reload: () =>
      inTurn(async function reloadWorker() {
        await runtime?.reload(options.getCode());
      }),
  };
}
