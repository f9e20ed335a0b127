// How long a process has waited for a processor that others had. Linux tells; elsewhere it counts as nothing.
import { readFileSync } from 'node:fs';

/** Milliseconds since the process began. */
export function readRunDelayMs(pid: number): number {
  try {
    const [, waitedNs] = readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ');
    return Number(waitedNs) / 1e6;
  } catch {
    return 0; // Not Linux, or a kernel without scheduler statistics.
  }
}
