// The folder in which a stack keeps its data, keys and objects (LOCAL_DIR). One running stack a folder.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { lockStateDir } from './state-lock.ts';
import { PROJECT_ROOT } from './worker-options.ts';

/** What a stack writes there. A reset removes these and nothing else: the folder may be anybody's. */
const CONTENTS = ['postgres', 'objects', 'web', 'keys.json'];

export type StateDir = {
  readonly path: string;
  /** True when a stack was killed here; what it started may still be ending. */
  readonly wasLeftBehind: boolean;
  /** Lets others in; removes a folder that was made for this stack alone. */
  release(): void;
};

/** @throws StackError when another running stack uses the folder. */
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
