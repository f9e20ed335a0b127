// Reads wrangler.toml into Miniflare options, so that bindings are declared in one place for the deployed Worker,
// the local stack and the tests. Never reads secrets: values come from the caller, `.dev.vars` by dev-vars.ts.
import { join } from 'node:path';
import type { V4WorkerOptionsShape } from 'miniflare';
import { unstable_getMiniflareWorkerOptions, unstable_readConfig } from 'wrangler';

export const PROJECT_ROOT = join(import.meta.dirname, '..');

export type WorkerOptions = V4WorkerOptionsShape;

/** Miniflare options of the Worker that `configPath` describes, with `bindings` laid over its `[vars]`. */
export function readWorkerOptions(
  bindings: Readonly<Record<string, string>>,
  configPath = join(PROJECT_ROOT, 'wrangler.toml'),
): WorkerOptions {
  // Wrangler would announce a `.dev.vars` that it finds and warn about secrets missing from it; neither is used here.
  process.env['WRANGLER_LOG'] ??= 'warn';
  const config = unstable_readConfig({ config: configPath });
  const { workerOptions } = unstable_getMiniflareWorkerOptions({ ...config, secrets: undefined });
  // Wrangler's own type of this, made with Omit from a union, has lost its fields.
  return { ...(workerOptions as WorkerOptions), bindings: { ...(config.vars as Record<string, string>), ...bindings } };
}
