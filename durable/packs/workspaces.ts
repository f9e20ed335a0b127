// Whose pages an org's workspace shows. To add a pack's: a line here.
import type { Access } from '../principal.ts';
import type { TenantReader } from '../tools/tenant-access.ts';
import type { ToolRefusal } from '../tools/tool.ts';
import { blankPage, NO_SUCH_PAGE } from './page-parts.ts';
import { plmWorkspace } from './plm/workspace.ts';
import { productionWorkspace } from './production/workspace.ts';
import { type WorkspaceAddress, WorkspaceName, type WorkspacePage, type WorkspaceReader } from './workspace-page.ts';

const READERS: readonly WorkspaceReader[] = [plmWorkspace, productionWorkspace];

const readersFor = (access: Access): readonly WorkspaceReader[] => READERS.filter((reader) => reader.isFor(access));

/** Null where the org has no pages of that kind. */
export const workspaceOf = (access: Access, kind: string): WorkspaceReader | null =>
  readersFor(access).find((reader) => reader.kinds.includes(kind)) ?? null;

/** Whether pages of the kind go by such an id at all. */
export const isCalledSo = (
  { namedKinds }: WorkspaceReader,
  { kind, id }: Pick<WorkspaceAddress, 'kind' | 'id'>,
): boolean => namedKinds.includes(kind) === WorkspaceName.safeParse(id).success;

/** What there is to begin with; of an org with the data of several packs, what each begins with, one after the other. */
export async function workspaceHome(access: Access, tenant: TenantReader): Promise<WorkspacePage | ToolRefusal> {
  const homes = await Promise.all(readersFor(access).map((reader) => reader.home(tenant)));
  const pages = homes.filter((home): home is WorkspacePage => !('refused' in home));
  const [first] = pages;
  if (first === undefined) return homes[0] ?? NO_SUCH_PAGE;
  if (pages.length === 1) return first;
  const sections = pages.flatMap(({ title, content }) =>
    content.sections.map((section) => ({ ...section, heading: section.heading ?? title })),
  );
  const content = { tab: first.content.tab, sections, cursor: null };
  return { ...blankPage('home', ''), title: 'Workspace', type: first.type, content };
}
