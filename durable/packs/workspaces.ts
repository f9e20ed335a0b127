// Whose pages an org's workspace shows. To add a pack's: a line here.
import type { Access } from '../principal.ts';
import { plmWorkspace } from './plm/workspace.ts';
import type { WorkspaceReader } from './workspace-page.ts';

const READERS: readonly WorkspaceReader[] = [plmWorkspace];

/** Null where the org has data of no pack. */
export const workspaceFor = (access: Access): WorkspaceReader | null =>
  READERS.find((reader) => reader.isFor(access)) ?? null;
