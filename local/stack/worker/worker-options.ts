// Reads wrangler.toml into Miniflare options, so that bindings are declared in one place for the deployed Worker,
// the local stack and the tests. Never reads secrets: values come from the caller, `.dev.vars` by dev-vars.ts.
import { join } from 'node:path';
import type { V4WorkerOptionsShape } from 'miniflare';
import { unstable_getMiniflareWorkerOptions, unstable_readConfig } from 'wrangler';

import { PROJECT_ROOT } from '../../project-root.ts';

export type WorkerOptions = V4WorkerOptionsShape;

export type WorkerOptionsChanges = {
  /** Requests a minute from one address. Tests send all of theirs from this machine's. */
  readonly addressLimit?: number | undefined;
  readonly configPath?: string;
};

/** Miniflare options of the Worker in `configPath`, with `bindings` on top of its `[vars]`. */
export function readWorkerOptions(
  bindings: Readonly<Record<string, string>>,
  { addressLimit, configPath = join(PROJECT_ROOT, 'wrangler.toml') }: WorkerOptionsChanges = {},
): WorkerOptions {
  // Without this, wrangler would report a `.dev.vars` file and warn about secrets missing from it. We use neither.
  process.env['WRANGLER_LOG'] ??= 'warn';
  const config = unstable_readConfig({ config: configPath });
  const { workerOptions } = unstable_getMiniflareWorkerOptions({ ...config, secrets: undefined });
  // Wrangler's type for this is an Omit of a union, which loses the fields.
  const options = workerOptions as WorkerOptions;
  const limit = options.ratelimits?.['EDGE_LIMIT'];
  return {
    ...options,
    ...(limit &&
      addressLimit !== undefined && {
        ratelimits: {
          ...options.ratelimits,
          EDGE_LIMIT: { ...limit, simple: { ...limit.simple, limit: addressLimit } },
        },
      }),
    bindings: { ...(config.vars as Record<string, string>), ...bindings },
  };
}
