// The pass-through Worker. With `platform` as second argument it runs behind the same assets and rate limit as Groundwire.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEPLOYED_WEB_DIR } from '../../local/stack/worker/web-build.ts';
import { readWorkerOptions } from '../../local/stack/worker/worker-options.ts';
import { announce } from '../harness/server-process.ts';
import { startWorker } from '../harness/worker-runtime.ts';

const [upstream = '', extent = 'bare'] = process.argv.slice(2);
const { assets, ratelimits } = readWorkerOptions({});
const worker = await startWorker(readFileSync(join(import.meta.dirname, 'pass-through-worker.js'), 'utf8'), {
  bindings: { UPSTREAM: upstream },
  ...(extent === 'platform' && assets ? { assets: { ...assets, directory: DEPLOYED_WEB_DIR } } : {}),
  ...(extent === 'platform' && ratelimits ? { ratelimits } : {}),
});
announce({ url: worker.url }, worker.stop);
