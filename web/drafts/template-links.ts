// Which templates a page of the workspace leads to, and what it fills in of their forms. Pure.
import type { WorkspacePage } from '../../worker/contract.ts';
import type { TemplateInfo } from '../../worker/templates-contract.ts';

export type TemplateLink = { readonly id: string; readonly name: string; readonly href: string };
type Page = Pick<WorkspacePage, 'kind' | 'id' | 'scope'>;

/** Those that have a field for a record like the page's, where it is known what that record is within. */
export function linksOf(page: Page, templates: readonly TemplateInfo[]): TemplateLink[] {
  return templates.flatMap(({ id, name, fields }) => {
    const field = fields.find((one) => one.kind === 'record' && one.record === page.kind);
    if (field?.kind !== 'record') return [];
    const known = new URLSearchParams({ [field.name]: page.id });
    const above = withinOf(field, fields, page);
    if (above === undefined) return [];
    for (const [key, value] of Object.entries(above)) known.set(key, value);
    return [{ id, name, href: `/drafts/${id}?${known}` }];
  });
}

/** What the record is within, from what the page is about; undefined where the page does not say it. */
function withinOf(
  field: Extract<TemplateInfo['fields'][number], { kind: 'record' }>,
  fields: TemplateInfo['fields'],
  { scope }: Page,
): Record<string, string> | undefined {
  if (field.within === undefined) return {};
  const above = fields.find(({ name }) => name === field.within);
  return above && scope?.programId ? { [above.name]: scope.programId } : undefined;
}
