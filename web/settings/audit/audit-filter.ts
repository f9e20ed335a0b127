// What of the audit log the page's address asks for. Pure.
import type { AuditFilter } from '../records-api.ts';

export const FILTERS = ['person', 'event', 'tool', 'error', 'conversation', 'from', 'to'] as const;

export function readFilter(search: URLSearchParams): AuditFilter {
  const set = FILTERS.flatMap((name) => {
    const value = search.get(name)?.trim() ?? '';
    return value === '' ? [] : [[name, value] as const];
  });
  return Object.fromEntries(set);
}

/** All of them taken away. */
export const NO_FILTER: Readonly<Record<string, string>> = Object.fromEntries(FILTERS.map((name) => [name, '']));
