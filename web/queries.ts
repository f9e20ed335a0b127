// What the page reads from the server and keeps fresh, each under one key.
import {
  type InfiniteData,
  keepPreviousData,
  type QueryClient,
  type UseInfiniteQueryResult,
  type UseQueryResult,
  useInfiniteQuery,
  useQuery,
} from '@tanstack/react-query';
import type { Me, ModelList, Session, SessionList } from '../worker/contract.ts';
import type { TemplateList } from '../worker/templates-contract.ts';
import type { Quota } from '../worker/usage-contract.ts';
import { getMe, getModels, getQuota, getSession, getSessions, getTemplates } from './api.ts';
import { Problem } from './problem.ts';

export const KEYS = {
  me: ['me'],
  /** The organisation's; a key above those of its programs, which follow the same settings. */
  models: ['models'],
  modelsOf: (program: string) => ['models', program],
  quota: ['quota'],
  sessions: ['sessions'],
  /** Found by their words; a key below that of all of them, so that what changes one refreshes both. */
  found: (words: string) => ['sessions', 'found', words],
  session: (id: string) => ['session', id],
  templates: ['templates'],
} as const;

const SESSION_PAGE = 30;
/** What an admin switched counts for everybody of the org by then, on the server as on open pages. */
const FOLLOWED_WITHIN_MS = 30_000;

/** A refusal stays one however often it is asked again; only a missing or failing server is worth a second try. */
export const retries = (failures: number, error: Error): boolean =>
  failures < 2 && (!(error instanceof Problem) || error.status === 0 || error.status >= 500) && !isStanding(error);

/** 503 is also the answer of settings that are off, which no retry changes. */
const isStanding = (error: Error): boolean =>
  error instanceof Problem && (error.code === 'FEATURE_DISABLED' || error.code === 'PROVIDER_UNCONFIGURED');

/** `keepFresh` where a page follows what an admin switches meanwhile, as the server does. */
export function useMe({ keepFresh = false } = {}): UseQueryResult<Me> {
  const refetchInterval = keepFresh && FOLLOWED_WITHIN_MS;
  return useQuery({ queryKey: KEYS.me, queryFn: getMe, staleTime: 60_000, refetchInterval });
}

/** Of a program, or of the organisation. What was known of another one stays until the answer is there. */
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

/** Whoever may not draft need not ask. */
export function useTemplates(enabled: boolean): UseQueryResult<TemplateList> {
  return useQuery({ queryKey: KEYS.templates, queryFn: getTemplates, staleTime: 60_000, enabled });
}

/** All of them, or those in which the words occur. */
export function useSessions(words = ''): UseInfiniteQueryResult<InfiniteData<SessionList>> {
  return useInfiniteQuery({
    queryKey: words === '' ? KEYS.sessions : KEYS.found(words),
    queryFn: ({ pageParam }) => getSessions({ limit: SESSION_PAGE, cursor: pageParam, words }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.cursor,
    // What was said a moment ago is found a moment later.
    staleTime: words === '' ? 15_000 : 0,
    ...(words !== '' && { placeholderData: keepPreviousData }),
  });
}

/** `poll` asks again every `everyMs`, as long as the page is in view. */
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

/** The server's own words where the assistant is turned off for the organisation, else null. */
export function useDisabled(): Problem | null {
  const { error: models } = useModels();
  const { error: sessions } = useSessions();
  const off = [models, sessions].find((error) => error instanceof Problem && error.code === 'ASSISTANT_DISABLED');
  return off instanceof Problem ? off : null;
}

/** Writes a change of one conversation into every list that shows it, ahead of the server's next one. */
export function showChange(client: QueryClient, id: string, change: Partial<Session>): void {
  client.setQueriesData<InfiniteData<SessionList>>({ queryKey: KEYS.sessions }, (data) => {
    if (data === undefined) return data;
    const apply = (session: Session): Session => (session.id === id ? { ...session, ...change } : session);
    return { ...data, pages: data.pages.map((page) => ({ ...page, sessions: page.sessions.map(apply) })) };
  });
}
