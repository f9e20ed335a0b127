// Ends what a killed stack left running in its folder, where even its reaper was killed. Call only while holding the
// folder's lock: then nobody uses these processes any more.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getCommand } from './processes.ts';

/** File in a stack's folder that names its workerd process. */
export const WORKER_PID_FILE = 'worker.pid';

export function endLeftBehind(stateDir: string): void {
  const data = join(stateDir, 'postgres', 'data');
  // Process ids are used again, so the command has to fit too. SIGINT is PostgreSQL's fast and orderly shutdown.
  endProcess(join(data, 'postmaster.pid'), data, 'SIGINT');
  endProcess(join(stateDir, WORKER_PID_FILE), 'workerd', 'SIGKILL');
}

function endProcess(pidFile: string, commandPart: string, signal: NodeJS.Signals): void {
  try {
    const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
    if (pid > 0 && getCommand(pid)?.includes(commandPart)) process.kill(pid, signal);
  } catch {
    // Nothing was left behind, or it ended just now.
  }
}
