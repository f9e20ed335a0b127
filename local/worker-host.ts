// Keeps at most one Worker process running, and does one thing to it at a time: start, load again, kill.
import { startWorkerRuntime, type WorkerRuntime, type WorkerRuntimeOptions } from './worker-runtime.ts';

export type WorkerHost = {
  /** Does nothing when it runs. */
  start(): Promise<void>;
  /** Ends the process outright, in the middle of whatever it does. */
  kill(): Promise<void>;
  /** Loads code and pages anew; does nothing when it does not run. */
  reload(): Promise<void>;
};

export function createWorkerHost(options: Omit<WorkerRuntimeOptions, 'code'> & { getCode: () => string }): WorkerHost {
  let runtime: WorkerRuntime | null = null;
  let last: Promise<void> = Promise.resolve();
  const inTurn = (step: () => Promise<void>): Promise<void> => {
    const done = last.then(step);
    last = done.catch(() => {}); // Whoever asked for the step hears of it; the next step goes ahead.
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
