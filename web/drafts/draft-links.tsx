// Links from a workspace page to the drafts that can be generated from it: one button, or a menu for several.
import { ChevronDown, FilePenLine } from 'lucide-react';
import { useLocation } from 'wouter';
import type { WorkspacePage } from '../../worker/api/workspace/workspace-schema.ts';
import { Button } from '../design/controls/button.tsx';
import { Menu } from '../design/overlays/menu.tsx';
import { useTemplates } from '../queries.ts';
import { templateLinks } from './template-links.ts';

export function DraftLinks({ page }: { page: WorkspacePage }) {
  const { data } = useTemplates(true);
  const [, navigate] = useLocation();
  const links = templateLinks(page, data?.templates ?? []);
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
