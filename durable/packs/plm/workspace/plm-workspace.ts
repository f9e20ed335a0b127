// The pack's pages: programs, designs, items and design workspaces, read with the user's rights.
import type { TenantReader } from '../../../tools/tenant-access.ts';
import { holdsAny } from '../../pack.ts';
import { NO_SUCH_PAGE } from '../../workspace/page-parts.ts';
import type { WorkspaceReader } from '../../workspace/workspace-page.ts';
import { itemPage, itemTab } from './item-page.ts';
import { designPage, designTab, home, programPage, sessionPage } from './place-pages.ts';

export const plmWorkspace: WorkspaceReader = {
  kinds: ['item', 'design', 'program', 'session'],
  namedKinds: [],
  isFor: (access) => holdsAny(access, ['parts', 'programs', 'designs', 'change_orders']),
  home,
  page: async function readPage(tenant, { kind, id, tab }) {
    switch (kind) {
      case 'item':
        return itemPage(tenant, id, tab);
      case 'design':
        return designPage(tenant, id, tab);
      case 'program':
        return programPage(tenant, id, tab);
      case 'session':
        return sessionPage(tenant, id, tab);
      default:
        return NO_SUCH_PAGE;
    }
  },
  tab: async function readTab(tenant, { kind, id, tab, cursor, query }) {
    switch (kind) {
      case 'item':
        return itemTab(tenant, { id, tab, cursor });
      case 'design':
        return designTab(tenant, { id, tab, cursor, query });
      case 'program':
        return contentOf(programPage, tenant, id, tab);
      case 'session':
        return contentOf(sessionPage, tenant, id, tab);
      default:
        return NO_SUCH_PAGE;
    }
  },
};

type ReadPage = typeof programPage;

/** Small pages are loaded whole, whichever tab is requested. */
async function contentOf(read: ReadPage, tenant: TenantReader, id: string, tab: string) {
  const page = await read(tenant, id, tab);
  return 'refused' in page ? page : page.content;
}
