// The way from a page to the documents that can be drafted of it: a button for one, a menu for several.
import { ChevronDown, FilePenLine } from 'lucide-react';
import { useLocation } from 'wouter';
import type { WorkspacePage } from '../../worker/contract.ts';
import { Button } from '../design/button.tsx';
import { Menu } from '../design/menu.tsx';
import { useTemplates } from '../queries.ts';
import { linksOf } from './template-links.ts';

export function DraftLinks({ page }: { page: WorkspacePage }) {
  const { data } = useTemplates(true);
  const [, navigate] = useLocation();
  const links = linksOf(page, data?.templates ?? []);
  const [only] = links;
  if (!only) return null;
  if (links.length === 1) {
    return (
      <Button size="large" onClick={() => navigate(only.href)}>
        <FilePenLine size={16} aria-hidden />
        Draft {only.name}
      </Button>
    );
  }
  const entries = links.map(({ name, href }) => ({
    kind: 'item' as const,
    label: name,
    onSelect: () => navigate(href),
  }));
  return (
    <Menu
      trigger={
        <Button size="large">
          <FilePenLine size={16} aria-hidden />
          Draft
          <ChevronDown size={14} aria-hidden />
        </Button>
      }
      entries={entries}
    />
  );
}
