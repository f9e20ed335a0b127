// Page state in the URL's query, so a view can be shared and survives a reload.
import { useLocation, useSearch } from 'wouter';

/** The current parameters and a function that changes some of them; an empty value removes one. */
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
