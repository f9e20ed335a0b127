// Runs a server of the benchmark in its own process, so that it takes no time from the client's event loop. The parent
// starts it and reads its CPU time and memory. The server stops when the parent exits.
import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve as resolvePath } from 'node:path';
import * as z from 'zod';
import { listChildren } from '../../local/stack/processes.ts';

const Announcement = z.object({
  url: z.string(),
  people: z.array(z.string()).optional(),
  inspectorUrl: z.string().optional(),
});
export type Announcement = z.infer<typeof Announcement>;

export type ServerProcess = Announcement & {
  /** CPU milliseconds that its workerd has used so far; null if the system doesn't report them. */
  workerdCpuMs(): number | null;
  /** Megabytes of its workerd's resident set; null if the system doesn't report it. */
  workerdMemoryMb(): number | null;
  stop(): Promise<void>;
};

/** /proc counts in clock ticks: 100 per second on every Linux that Node runs on. */
const TICKS_PER_MS = 0.1;

const PEERS_DIR = resolvePath(import.meta.dirname, '../peers');

/** @param file in bench/peers */
export async function startServerProcess(file: string, args: readonly string[] = []): Promise<ServerProcess> {
  const child = fork(resolvePath(PEERS_DIR, file), args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const announced = new Promise<unknown>((resolve) => child.once('message', resolve));
  const first = await Promise.race([announced, exited.then(() => null)]);
  if (first === null) throw new Error(`${file} ended before it was ready`);
  return {
    ...Announcement.parse(first),
    workerdCpuMs: () => readWorkerdCpuMs(child),
    workerdMemoryMb: () => readWorkerdMemoryMb(child),
    stop: async function stopServerProcess() {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}

/** Called in the child: sends its URL to the parent, and stops when the parent disconnects. */
export function announce(announcement: Announcement, stop: () => Promise<void> | void): void {
  // Ctrl-C reaches this process too. It waits for the parent, which stops its servers in order.
  process.on('SIGINT', () => {});
  process.send?.(announcement);
  process.once('disconnect', () => {
    void Promise.resolve(stop()).finally(() => process.exit());
  });
}

function readWorkerdCpuMs(child: ChildProcess): number | null {
  const pid = findWorkerd(child);
  if (pid === null) return null;
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\)\s/s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_MS;
}

function readWorkerdMemoryMb(child: ChildProcess): number | null {
  const pid = findWorkerd(child);
  if (pid === null) return null;
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) / 1024;
}

function findWorkerd({ pid }: ChildProcess): number | null {
  if (process.platform !== 'linux' || pid === undefined) return null;
  return listChildren(pid).find(({ command }) => command.includes('workerd'))?.pid ?? null;
}
