// Global set-up of the end-to-end tests: one PostgreSQL, one bundle of the Worker and one build of the pages for all.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { WORKER_ENTRY } from '../stack/stack.ts';
import { bundleWorker } from '../stack/worker/bundle.ts';
import { requireChromium } from './browser.ts';
import { ensureBuiltWeb } from './built-web.ts';
import setUpPostgres from './test-postgres.ts';

// biome-ignore lint/style/noDefaultExport: vitest calls a global set-up by its default export.
export default async function setUpEndToEnd(project: TestProject): Promise<() => Promise<void>> {
  requireChromium();
  const [tearDownPostgres, code] = await Promise.all([setUpPostgres(project), buildWorker(), ensureBuiltWeb()]);
  const dir = mkdtempSync(join(tmpdir(), 'groundwire-worker-'));
  const file = join(dir, 'worker.js');
  writeFileSync(file, code);
  project.provide('workerCode', file);
  return async () => {
    rmSync(dir, { recursive: true, force: true });
    await tearDownPostgres();
  };
}

async function buildWorker(): Promise<string> {
  const bundle = await bundleWorker({ entry: WORKER_ENTRY });
  await bundle.close();
  return bundle.getCode();
}
