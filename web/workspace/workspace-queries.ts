// Queries of the workspace pages. A page's response includes its open tab; other tabs load when chosen.
import {
  type InfiniteData,
  keepPreviousData,
  type UseInfiniteQueryResult,
  type UseQueryResult,
  useInfiniteQuery,
  useQuery,
} from '@tanstack/react-query';
import type { WorkspacePage, WorkspaceTab } from '../../worker/api/workspace/workspace-schema.ts';
import { getWorkspacePage, getWorkspaceTab } from '../api.ts';
import { type PageAddress, pageQuery, tabQuery } from './page-address.ts';

const STALE_MS = 10_000;

/** `tab`: the tab in the URL when the page opens. */
export function usePage(address: PageAddress, tab: string | null): UseQueryResult<WorkspacePage> {
  return useQuery({
    queryKey: ['workspace', address.data],
    queryFn: () => getWorkspacePage(pageQuery(address, tab)),
    staleTime: STALE_MS,
  });
}

export function useTab(
  address: PageAddress,
  wanted: { tab: string; search: string; initialTab: WorkspaceTab; loadedAt: number },
): UseInfiniteQueryResult<InfiniteData<WorkspaceTab>> {
  const { tab, search, initialTab, loadedAt } = wanted;
  const isInitial = search === '' && initialTab.tab === tab;
  return useInfiniteQuery({
    queryKey: ['workspace', address.data, tab, search],
    queryFn: ({ pageParam }) => getWorkspaceTab(tabQuery(address, { tab, cursor: pageParam, search })),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.cursor,
    staleTime: STALE_MS,
    ...(isInitial && { initialData: { pages: [initialTab], pageParams: [null] }, initialDataUpdatedAt: loadedAt }),
    ...(search !== '' && { placeholderData: keepPreviousData }),
    enabled: !address.isHome,
  });
}
