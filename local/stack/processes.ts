// Finds child processes, because Miniflare doesn't expose the process id of its workerd, and ends those that a killed stack
// left behind.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The file in a stack's folder that has the id of its workerd process. */
export const WORKER_PID_FILE = 'worker.pid';

export type ChildProcess = { readonly pid: number; readonly command: string };

/** The command line of a running process, or null. */
export function getCommand(pid: number): string | null {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return execFileSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8' }).trim();
  } catch {
    return null; // It ended, or the system has no /proc.
  }
}

/** The running children of `parentPid`; empty if the system can't list them. */
export function listChildren(parentPid: number): ChildProcess[] {
  return process.platform === 'linux' ? readProc(parentPid) : askPs(parentPid);
}

// Reads /proc, because slim images have no `ps`.
function readProc(parentPid: number): ChildProcess[] {
  const children: ChildProcess[] = [];
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      // `pid (name) state ppid …`; the name may contain spaces and brackets.
      const [, ppid] = readFileSync(`/proc/${entry}/stat`, 'utf8')
        .replace(/^.*\)\s/s, '')
        .split(' ');
      if (Number(ppid) !== parentPid) continue;
      children.push({ pid: Number(entry), command: getCommand(Number(entry)) ?? '' });
    } catch {
      // It ended in the meantime.
    }
  }
  return children;
}

function askPs(parentPid: number): ChildProcess[] {
  try {
    const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,command='], { encoding: 'utf8' }).split('\n');
    return lines.flatMap((line) => {
      const [, pid, ppid, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
      return Number(ppid) === parentPid ? [{ pid: Number(pid), command: command ?? '' }] : [];
    });
  } catch {
    return []; // No `ps` either.
  }
}

/**
 * Ends processes that a killed stack left running in its folder after its reaper was killed too. Call only while holding
 * the folder's lock, so that no running stack uses these processes.
 */
export function endLeftBehind(stateDir: string): void {
  const data = join(stateDir, 'postgres', 'data');
  // Process ids are reused, so the command must match too. SIGINT is PostgreSQL's fast shutdown.
  endProcess(join(data, 'postmaster.pid'), data, 'SIGINT');
  endProcess(join(stateDir, WORKER_PID_FILE), 'workerd', 'SIGKILL');
}

function endProcess(pidFile: string, commandPart: string, signal: NodeJS.Signals): void {
  try {
    const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
    if (pid > 0 && getCommand(pid)?.includes(commandPart)) process.kill(pid, signal);
  } catch {
    // Nothing was left behind, or the process just ended.
  }
}
