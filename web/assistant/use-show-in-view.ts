// A page says what it shows, so that what is asked beside it is about that.
import { useEffect } from 'react';
import { useLocation } from 'wouter';
import type { WorkspacePage } from '../../worker/contract.ts';
import { useAssistant } from './assistant-provider.tsx';

export function useShowInView(page: Pick<WorkspacePage, 'scope' | 'suggestions'> | undefined): void {
  const { setInView } = useAssistant();
  const [path] = useLocation();
  useEffect(() => {
    const scope = page?.scope ?? null;
    setInView(scope && { ...scope, path }, page?.suggestions ?? []);
    return () => setInView(null);
  }, [setInView, page, path]);
}
