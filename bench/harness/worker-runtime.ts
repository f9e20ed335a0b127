// Starts a Worker with the runtime, compatibility date and settings of Groundwire's local stack.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { convertV4MiniflareOptions, Miniflare, type V4MiniflareOptions } from 'miniflare';
import { getFreePort, HOST } from '../../local/stack/ports.ts';
import { readWorkerOptions, type WorkerOptions } from '../../local/stack/worker/worker-options.ts';

type PeerOptions = Partial<
  Pick<WorkerOptions, 'assets' | 'bindings' | 'compatibilityFlags' | 'durableObjects' | 'ratelimits'>
> & { readonly resourcePersistencePath?: string };

export async function startWorker(code: string, options: PeerOptions) {
  const { compatibilityDate } = readWorkerOptions({});
  const port = await getFreePort();
  const v4Options: V4MiniflareOptions = {
    ...options,
    ...(compatibilityDate === undefined ? {} : { compatibilityDate }),
    name: 'peer',
    modules: [{ type: 'ESModule', path: 'worker.js', contents: code }],
    host: HOST,
    port,
    cf: false,
    telemetry: { enabled: false },
    logRequests: false,
  };
  const miniflare = new Miniflare(convertV4MiniflareOptions(v4Options));
  await miniflare.ready;
  return { url: `http://${HOST}:${port}`, stop: () => miniflare.dispose() };
}

/** A folder that is deleted when this process exits. In memory if the system has /dev/shm, so that disks aren't compared. */
export function makeStorageDir(): string {
  const dir = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'groundwire-bench-'));
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
  return dir;
}
