// The pack's pages, read with the user's rights.
import type { TenantReader } from '../../../tools/tenant-access.ts';
import { holdsAny } from '../../pack.ts';
import { NO_SUCH_PAGE } from '../../workspace/page-parts.ts';
import type { WorkspaceReader } from '../../workspace/workspace-page.ts';
import { RESOURCES } from '../production-pack.ts';
import { activityPage, incidentPage, rfpPage } from './document-pages.ts';
import { listPage, listTab } from './overview-pages.ts';
import { home, projectPage, projectTab } from './project-pages.ts';
import { crewMemberPage, showPage, showTab, vendorPage } from './record-pages.ts';

type ReadPage = typeof vendorPage;

const PAGES: Readonly<Record<string, ReadPage>> = {
  project: projectPage,
  show: showPage,
  'crew-member': crewMemberPage,
  vendor: vendorPage,
  rfp: rfpPage,
  incident: incidentPage,
  activity: activityPage,
  list: listPage,
};

export const productionWorkspace: WorkspaceReader = {
  kinds: Object.keys(PAGES),
  namedKinds: ['list'],
  isFor: (access) => holdsAny(access, RESOURCES),
  home,
  page: async function readPage(tenant, { kind, id, tab }) {
    const read = PAGES[kind];
    return read === undefined ? NO_SUCH_PAGE : read(tenant, id, tab);
  },
  tab: async function readTab(tenant, { kind, id, tab, cursor, query }) {
    if (kind === 'project') return projectTab(tenant, id, { tab, cursor, query });
    if (kind === 'list') return listTab(tenant, id, { tab, cursor, query });
    if (kind === 'show') return showTab(tenant, id, { tab, cursor, query });
    const read = PAGES[kind];
    return read === undefined ? NO_SUCH_PAGE : contentOf(read, tenant, id, tab);
  },
};

/** Small pages are loaded whole, whichever tab is requested. */
async function contentOf(read: ReadPage, tenant: TenantReader, id: string, tab: string) {
  const page = await read(tenant, id, tab);
  return 'refused' in page ? page : page.content;
}
