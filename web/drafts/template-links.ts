// Finds the templates that fit a workspace page and prefills their fields. Pure.

import type { TemplateInfo } from '../../worker/api/templates/templates-schema.ts';
import type { WorkspacePage } from '../../worker/api/workspace/workspace-schema.ts';

export type TemplateLink = { readonly id: string; readonly name: string; readonly href: string };
type Page = Pick<WorkspacePage, 'kind' | 'id' | 'scope'>;

/** Templates with a field for the page's kind of record, if the fields it depends on are known too. */
export function templateLinks(page: Page, templates: readonly TemplateInfo[]): TemplateLink[] {
  return templates.flatMap(({ id, name, fields }) => {
    const field = fields.find((one) => one.kind === 'record' && one.record === page.kind);
    if (field?.kind !== 'record') return [];
    const known = new URLSearchParams({ [field.name]: page.id });
    const above = parentFields(field, fields, page);
    if (above === undefined) return [];
    for (const [key, value] of Object.entries(above)) known.set(key, value);
    return [{ id, name, href: `/drafts/${id}?${known}` }];
  });
}

/** The field the record depends on, filled in from the page; undefined if the page doesn't have it. */
function parentFields(
  field: Extract<TemplateInfo['fields'][number], { kind: 'record' }>,
  fields: TemplateInfo['fields'],
  { scope }: Page,
): Record<string, string> | undefined {
  if (field.within === undefined) return {};
  const above = fields.find(({ name }) => name === field.within);
  return above && scope?.programId ? { [above.name]: scope.programId } : undefined;
}
