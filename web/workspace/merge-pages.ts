// Merges the pages of a tab; each following page continues the last section. Pure.
import type { WorkspaceSection, WorkspaceTab } from '../../worker/api/workspace/workspace-schema.ts';

export function mergePages(pages: readonly WorkspaceTab[]): readonly WorkspaceSection[] {
  const [first, ...others] = pages;
  if (first === undefined) return [];
  return others.reduce<readonly WorkspaceSection[]>((sections, page) => {
    const [last, next] = [sections.at(-1), page.sections.at(-1)];
    return last && next ? [...sections.slice(0, -1), continueSection(last, next)] : sections;
  }, first.sections);
}

function continueSection(section: WorkspaceSection, next: WorkspaceSection): WorkspaceSection {
  if (section.type === 'table' && next.type === 'table') return { ...section, rows: [...section.rows, ...next.rows] };
  if (section.type === 'tree' && next.type === 'tree') return { ...section, rows: [...section.rows, ...next.rows] };
  if (section.type === 'timeline' && next.type === 'timeline') {
    return { ...section, entries: [...section.entries, ...next.entries] };
  }
  return section;
}
