// What the workspace's pages read, each under one key. A page brings its first tab along; what else is asked for comes
// when it is wanted.
import {
  type InfiniteData,
  keepPreviousData,
  type UseInfiniteQueryResult,
  type UseQueryResult,
  useInfiniteQuery,
  useQuery,
} from '@tanstack/react-query';
import type { WorkspacePage, WorkspaceTab } from '../../worker/contract.ts';
import { getWorkspacePage, getWorkspaceTab } from '../api.ts';
import { type PageAddress, pageQuery, tabQuery } from './page-address.ts';

const STALE_MS = 10_000;

/** `tab` is the one that the address names when the page opens. */
export function usePage(address: PageAddress, tab: string | null): UseQueryResult<WorkspacePage> {
  return useQuery({
    queryKey: ['workspace', address.data],
    queryFn: () => getWorkspacePage(pageQuery(address, tab)),
    staleTime: STALE_MS,
  });
}

export function useTab(
  address: PageAddress,
  wanted: { tab: string; search: string; brought: WorkspaceTab; broughtAt: number },
): UseInfiniteQueryResult<InfiniteData<WorkspaceTab>> {
  const { tab, search, brought, broughtAt } = wanted;
  const isBrought = search === '' && brought.tab === tab;
  return useInfiniteQuery({
    queryKey: ['workspace', address.data, tab, search],
    queryFn: ({ pageParam }) => getWorkspaceTab(tabQuery(address, { tab, cursor: pageParam, search })),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.cursor,
    staleTime: STALE_MS,
    ...(isBrought && { initialData: { pages: [brought], pageParams: [null] }, initialDataUpdatedAt: broughtAt }),
    ...(search !== '' && { placeholderData: keepPreviousData }),
    enabled: !address.isHome,
  });
}
