// The AIChatAgent peer on the same runtime, with its storage in memory as for Groundwire.
import { join } from 'node:path';
import { build } from 'esbuild';
import { announce } from '../harness/server-process.ts';
import { makeStorageDir, startWorker } from '../harness/worker-runtime.ts';

const [upstream = ''] = process.argv.slice(2);
const bundled = await build({
  absWorkingDir: join(import.meta.dirname, 'ai-chat-agent'),
  entryPoints: ['worker.js'],
  bundle: true,
  write: false,
  format: 'esm',
  platform: 'browser',
  target: 'es2024',
  conditions: ['workerd', 'worker', 'browser'],
  external: ['cloudflare:*', 'node:*'],
  alias: { path: 'node:path' },
  logLevel: 'error',
});
const worker = await startWorker(bundled.outputFiles[0]?.text ?? '', {
  bindings: { UPSTREAM: upstream },
  compatibilityFlags: ['nodejs_compat'],
  durableObjects: { Chat: { className: 'Chat', useSQLite: true } },
  resourcePersistencePath: makeStorageDir(),
});
announce({ url: worker.url }, worker.stop);
