// A server of the benchmark in a process of its own, so that none of them takes time from the client's event loop.
// The parent starts it and asks what it has used; it ends when the parent does.
import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve as resolvePath } from 'node:path';
import { z } from 'zod';
import { listChildren } from '../local/processes.ts';

const Announcement = z.object({
  url: z.string(),
  people: z.array(z.string()).optional(),
  inspectorUrl: z.string().optional(),
});
export type Announcement = z.infer<typeof Announcement>;

export type Party = Announcement & {
  /** Milliseconds of processor that its workerd has used so far; null where the system does not say. */
  workerdCpuMs(): number | null;
  /** Megabytes of memory that its workerd holds now (resident set); null where the system does not say. */
  workerdMemoryMb(): number | null;
  stop(): Promise<void>;
};

/** Clock ticks a second in /proc: 100 on every Linux that Node runs on. */
const TICKS_PER_MS = 0.1;

export async function startParty(file: string, args: readonly string[] = []): Promise<Party> {
  const child = fork(resolvePath(import.meta.dirname, file), args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const announced = new Promise<unknown>((resolve) => child.once('message', resolve));
  const first = await Promise.race([announced, exited.then(() => null)]);
  if (first === null) throw new Error(`${file} ended before it was ready`);
  return {
    ...Announcement.parse(first),
    workerdCpuMs: () => readWorkerdCpuMs(child),
    workerdMemoryMb: () => readWorkerdMemoryMb(child),
    stop: async function stopParty() {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}

/** For the child: tells the parent where it answers, and stops when the parent lets go. */
export function announce(announcement: Announcement, stop: () => Promise<void> | void): void {
  // Ctrl-C reaches this process too; the parent's end is what counts, so that everything stops in good order.
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
