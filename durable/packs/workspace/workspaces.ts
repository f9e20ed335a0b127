// The packs whose pages appear in an org's workspace. A new pack's pages need an entry here.
import type { Access } from '../../principal.ts';
import type { TenantReader } from '../../tools/tenant-access.ts';
import type { ToolRefusal } from '../../tools/tool.ts';
import { plmWorkspace } from '../plm/workspace/plm-workspace.ts';
import { productionWorkspace } from '../production/workspace/production-workspace.ts';
import { blankPage } from './page-parts.ts';
import { type WorkspaceAddress, WorkspaceName, type WorkspacePage, type WorkspaceReader } from './workspace-page.ts';

const READERS: readonly WorkspaceReader[] = [plmWorkspace, productionWorkspace];

const readersFor = (access: Access): readonly WorkspaceReader[] => READERS.filter((reader) => reader.isFor(access));

/** Null if the org has no pages of that kind. */
export const workspaceOf = (access: Access, kind: string): WorkspaceReader | null =>
  readersFor(access).find((reader) => reader.kinds.includes(kind)) ?? null;

/** Whether an id has the right form for its kind: a name or a record's id. */
export const hasIdForm = (
  { namedKinds }: WorkspaceReader,
  { kind, id }: Pick<WorkspaceAddress, 'kind' | 'id'>,
): boolean => namedKinds.includes(kind) === WorkspaceName.safeParse(id).success;

/** The start page. For an org with several packs, their start pages one after the other; without data, an empty page. */
export async function workspaceHome(access: Access, tenant: TenantReader): Promise<WorkspacePage | ToolRefusal> {
  const homes = await Promise.all(readersFor(access).map((reader) => reader.home(tenant)));
  const pages = homes.filter((home): home is WorkspacePage => !('refused' in home));
  const [first] = pages;
  if (first === undefined) return homes[0] ?? { ...blankPage('home', ''), title: 'Workspace' };
  if (pages.length === 1) return first;
  const sections = pages.flatMap(({ title, content }) =>
    content.sections.map((section) => ({ ...section, heading: section.heading ?? title })),
  );
  const content = { tab: first.content.tab, sections, cursor: null };
  return { ...blankPage('home', ''), title: 'Workspace', type: first.type, content };
}
