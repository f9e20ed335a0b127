// Lets a page set what it shows as the context of questions.
import { useEffect } from 'react';
import { useLocation } from 'wouter';
import type { WorkspacePage } from '../../worker/api/workspace/workspace-schema.ts';
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
