// The folder with a stack's data, keys and objects (LOCAL_DIR). At most one running stack uses it.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PROJECT_ROOT } from '../project-root.ts';
import { lockStateDir } from './state-lock.ts';

/** What a stack writes there. A reset removes only these, because the folder may contain other files. */
const CONTENTS = ['postgres', 'objects', 'web', 'keys.json'];

export type StateDir = {
  readonly path: string;
  /** True if a stack was killed here; its processes may still be ending. */
  readonly wasLeftBehind: boolean;
  /** Unlocks the folder, or removes it if it was created for this stack. */
  release(): void;
};

/** @throws StackError if another running stack uses the folder. */
export async function openStateDir(options: { path: string | undefined; reset: boolean }): Promise<StateDir> {
  const isOwn = options.path === undefined;
  const path =
    options.path === undefined ? mkdtempSync(join(tmpdir(), 'groundwire-')) : resolve(PROJECT_ROOT, options.path);
  mkdirSync(path, { recursive: true });
  const lock = await lockStateDir(path);
  if (options.reset) for (const name of CONTENTS) rmSync(join(path, name), { recursive: true, force: true });
  return {
    path,
    wasLeftBehind: lock.wasLeftBehind,
    release: function releaseStateDir() {
      lock.release();
      if (isOwn) rmSync(path, { recursive: true, force: true });
    },
  };
}
