// What a page is asked to show, kept in its address: it can be sent to somebody, and survives a reload.
import { useLocation, useSearch } from 'wouter';

/** The parameters that are set, and a change of some of them; an empty value takes one away. */
export function useSearchState(): [URLSearchParams, (change: Readonly<Record<string, string>>) => void] {
  const search = new URLSearchParams(useSearch());
  const [path, navigate] = useLocation();
  const change = (values: Readonly<Record<string, string>>) => {
    const next = new URLSearchParams(search);
    for (const [name, value] of Object.entries(values)) {
      if (value === '') next.delete(name);
      else next.set(name, value);
    }
    navigate(next.size === 0 ? path : `${path}?${next}`, { replace: true });
  };
  return [search, change];
}
