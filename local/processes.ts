// Finds child processes. Miniflare does not tell the process id of its workerd.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

export type ChildProcess = { readonly pid: number; readonly command: string };

/** The command line of a running process, or null. */
export function getCommand(pid: number): string | null {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return execFileSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8' }).trim();
  } catch {
    return null; // It ended, or the system does not say.
  }
}

/** The running children of `parentPid`; empty where the system does not say. */
export function listChildren(parentPid: number): ChildProcess[] {
  return process.platform === 'linux' ? readProc(parentPid) : askPs(parentPid);
}

// Not by `ps`, which slim images do not have.
function readProc(parentPid: number): ChildProcess[] {
  const children: ChildProcess[] = [];
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      // `pid (name) state ppid …`; the name may hold spaces and brackets.
      const [, ppid] = readFileSync(`/proc/${entry}/stat`, 'utf8')
        .replace(/^.*\)\s/s, '')
        .split(' ');
      if (Number(ppid) !== parentPid) continue;
      children.push({ pid: Number(entry), command: getCommand(Number(entry)) ?? '' });
    } catch {
      // It ended while we looked.
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
    return []; // No `ps`: nothing to watch by.
  }
}
