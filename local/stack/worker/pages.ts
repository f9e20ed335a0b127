// The pages that a local stack serves: built into the stack's folder and rebuilt on change, or the one build in dist/web
// that short-lived stacks share.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buildWeb, DEPLOYED_WEB_DIR, watchWeb } from './web-build.ts';

export type Pages = { readonly dir: string; close(): Promise<void> };

export async function openPages(options: {
  stateDir: string;
  /** If given, rebuilds on change and calls this after each rebuild. */
  onRebuild: ((outcome: { errors?: string }) => void) | undefined;
}): Promise<Pages> {
  if (options.onRebuild) {
    const dir = join(options.stateDir, 'web');
    const watcher = await watchWeb({ outDir: dir, onRebuild: options.onRebuild });
    return { dir, close: watcher.close };
  }
  if (!existsSync(join(DEPLOYED_WEB_DIR, 'index.html'))) await buildWeb(DEPLOYED_WEB_DIR);
  return { dir: DEPLOYED_WEB_DIR, close: async () => {} };
}
