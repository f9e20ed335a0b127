// Ends the processes of a stack that was killed with `kill -9`. `startReaper` runs this file as a process that waits on a
// pipe from the stack; the pipe closes when the stack ends for any reason.
// Lines on the pipe: `watch <pid> <signal>`, `forget <pid>`.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export type Reaper = {
  watch(pid: number, signal: NodeJS.Signals): void;
  forget(pid: number): void;
  close(): void;
};

export function startReaper(): Reaper {
  // A separate process group, so that Ctrl-C or killing the stack's group doesn't end it too.
  const child = spawn(process.execPath, [import.meta.filename], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    windowsHide: true,
  });
  child.unref();
  // Without a reaper the stack still works, but `kill -9` would leave processes behind.
  child.on('error', () => {});
  child.stdin.on('error', () => {});
  if ('unref' in child.stdin && typeof child.stdin.unref === 'function') child.stdin.unref();
  const send = (line: string) => void (child.stdin.writable && child.stdin.write(`${line}\n`));
  return {
    watch: (pid, signal) => send(`watch ${pid} ${signal}`),
    forget: (pid) => send(`forget ${pid}`),
    close: () => void child.stdin.end(),
  };
}

async function reap(): Promise<void> {
  const watched = new Map<number, NodeJS.Signals>();
  for await (const line of createInterface({ input: process.stdin })) {
    const [word, pid, signal] = line.split(' ');
    if (word === 'watch') watched.set(Number(pid), signal as NodeJS.Signals);
    else watched.delete(Number(pid));
  }
  for (const [pid, signal] of watched) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has already ended.
    }
  }
}

if (process.argv[1] === import.meta.filename) await reap();
