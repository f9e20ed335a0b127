// A Worker on the runtime, the compatibility date and the settings that Groundwire's local stack uses.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { convertV4MiniflareOptions, Miniflare, type V4MiniflareOptions } from 'miniflare';
import { getFreePort, HOST } from '../local/ports.ts';
import { readWorkerOptions, type WorkerOptions } from '../local/worker-options.ts';

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

/** A folder that is gone when this process is. Where there is a file system in memory, it takes the disk out of the comparison. */
export function makeStorageDir(): string {
  const dir = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'groundwire-bench-'));
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
  return dir;
}
