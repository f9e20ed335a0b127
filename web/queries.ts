// The queries shared by several pages, with their cache keys.
import {
  type InfiniteData,
  keepPreviousData,
  type QueryClient,
  type UseInfiniteQueryResult,
  type UseQueryResult,
  useInfiniteQuery,
  useQuery,
} from '@tanstack/react-query';
import type { Me } from '../worker/api/identity/identity-schema.ts';
import type { ModelList } from '../worker/api/models/models-schema.ts';
import type { Session, SessionList } from '../worker/api/sessions/sessions-schema.ts';
import type { TemplateList } from '../worker/api/templates/templates-schema.ts';
import type { Quota } from '../worker/api/usage/usage-schema.ts';
import { getMe, getModels, getQuota, getSession, getSessions, getTemplates } from './api.ts';
import { Problem } from './problem.ts';

export const KEYS = {
  me: ['me'],
  /** The user who is signed in now, who may be another one than this page's user. */
  currentMe: ['current-me'],
  /** The organization's models; the prefix of its programs' keys, so that one invalidation covers both. */
  models: ['models'],
  modelsOf: (program: string) => ['models', program],
  quota: ['quota'],
  sessions: ['sessions'],
  /** Search results; under the prefix of all sessions, so that one invalidation covers both. */
  found: (words: string) => ['sessions', 'found', words],
  session: (id: string) => ['session', id],
  templates: ['templates'],
} as const;

const SESSION_PAGE = 30;
/** A change by an admin takes effect within this time, on the server and on open pages. */
const REFRESH_MS = 30_000;

/** Only retry when the server is down or failing; other errors don't change. */
export const shouldRetry = (failures: number, error: Error): boolean =>
  failures < 2 && (!(error instanceof Problem) || error.status === 0 || error.status >= 500) && !isSettingsError(error);

/** 503 also means that a setting is off or missing, or that there is no token, which no retry changes. */
const isSettingsError = (error: Error): boolean =>
  error instanceof Problem && ['FEATURE_DISABLED', 'PROVIDER_UNCONFIGURED', 'TOKEN_UNAVAILABLE'].includes(error.code);

/** `keepFresh` polls, so that an admin's changes reach open pages. */
export function useMe({ keepFresh = false } = {}): UseQueryResult<Me> {
  const refetchInterval = keepFresh && REFRESH_MS;
  return useQuery({ queryKey: KEYS.me, queryFn: getMe, staleTime: 60_000, refetchInterval });
}

/** The models of a program or the organization. Keeps the previous ones while loading. */
export function useModels(program: string | null = null): UseQueryResult<ModelList> {
  return useQuery({
    queryKey: program === null ? KEYS.models : KEYS.modelsOf(program),
    queryFn: () => getModels(program),
    staleTime: 60_000,
    placeholderData: keepPreviousData,
  });
}

export function useQuota(): UseQueryResult<Quota> {
  return useQuery({ queryKey: KEYS.quota, queryFn: getQuota, staleTime: 60_000, retry: false });
}

export function useTemplates(enabled: boolean): UseQueryResult<TemplateList> {
  return useQuery({ queryKey: KEYS.templates, queryFn: getTemplates, staleTime: 60_000, enabled });
}

/** All sessions, or those that match the search. */
export function useSessions(words = ''): UseInfiniteQueryResult<InfiniteData<SessionList>> {
  return useInfiniteQuery({
    queryKey: words === '' ? KEYS.sessions : KEYS.found(words),
    queryFn: ({ pageParam }) => getSessions({ limit: SESSION_PAGE, cursor: pageParam, words }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.cursor,
    // New messages become searchable quickly, so don't cache search results.
    staleTime: words === '' ? 15_000 : 0,
    ...(words !== '' && { placeholderData: keepPreviousData }),
  });
}

/** `poll` refetches every `everyMs` while the page is visible. */
export function useSession(id: string, options: { poll: boolean; everyMs?: number }): UseQueryResult<Session> {
  return useQuery({
    queryKey: KEYS.session(id),
    queryFn: () => getSession(id),
    enabled: options.poll,
    refetchInterval: options.everyMs ?? false,
    staleTime: 0,
    retry: false,
  });
}

/** The server's problem if the assistant is turned off for the organization, otherwise null. */
export function useDisabled(): Problem | null {
  const { error: models } = useModels();
  const { error: sessions } = useSessions();
  const off = [models, sessions].find((error) => error instanceof Problem && error.code === 'ASSISTANT_DISABLED');
  return off instanceof Problem ? off : null;
}

/** Applies a change to every cached list, ahead of the server's response. */
export function patchCachedSession(client: QueryClient, id: string, change: Partial<Session>): void {
  client.setQueriesData<InfiniteData<SessionList>>({ queryKey: KEYS.sessions }, (data) => {
    if (data === undefined) return data;
    const apply = (session: Session): Session => (session.id === id ? { ...session, ...change } : session);
    return { ...data, pages: data.pages.map((page) => ({ ...page, sessions: page.sessions.map(apply) })) };
  });
}
