// Builds the pages once per test run, for all projects. Uses a separate process, because vitest sets NODE_ENV=test, which
// would build React for development.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PROJECT_ROOT } from '../project-root.ts';

/** Vitest loads this module once per project, so the promise is kept on the process. */
const shared = globalThis as { groundwireWeb?: Promise<unknown> };

/** @throws Error with the build's output if it fails. */
export async function ensureBuiltWeb(): Promise<void> {
  shared.groundwireWeb ??= promisify(execFile)(process.execPath, [join(PROJECT_ROOT, 'local', 'build.ts')], {
    cwd: PROJECT_ROOT,
    env: { ...process.env, NODE_ENV: 'production' },
  });
  await shared.groundwireWeb;
}
