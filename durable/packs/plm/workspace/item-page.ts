// The page of an item: its header and the tabs of its type.
import type { TenantReader } from '../../../tools/tenant-access.ts';
import type { ToolRefusal } from '../../../tools/tool.ts';
import { visibleText } from '../../../tools/visible-text.ts';
import type { WorkspacePage, WorkspaceTab } from '../../workspace/workspace-page.ts';
import { readAs } from '../functions.ts';
import { affectedTab, bomTab, detailsTab, historyTab, relationshipsTab } from './item-tabs.ts';
import { designPlace, HOME, programPlace, TYPE_WORDS, toneOf } from './labels.ts';
import { ItemPage } from './page-shapes.ts';
import { itemSuggestions } from './suggestions.ts';

export async function itemPage(
  tenant: TenantReader,
  id: string,
  wanted: string | null,
): Promise<WorkspacePage | ToolRefusal> {
  const item = await readAs(ItemPage, tenant, 'workspace_item', { id });
  if ('refused' in item) return item;
  const tabs = tabsOf(item);
  const tab = tabs.find((one) => one.id === wanted)?.id ?? 'details';
  const content = await readTab(tenant, item, { id: item.id, tab, cursor: null });
  if ('refused' in content) return content;
  const type = TYPE_WORDS[item.itemType] ?? item.itemType;
  return {
    kind: 'item',
    id: item.id,
    title: visibleText(item.name),
    code: item.itemNumber,
    type,
    summary: item.description ? visibleText(item.description) : null,
    marks: [
      ...(item.revision && item.itemType !== 'Task' && item.itemType !== 'ChangeOrder'
        ? [{ label: `Rev ${item.revision}`, tone: 'neutral' } as const]
        : []),
      { label: item.state, tone: toneOf(item.state) },
      ...(item.isWorkingCopy ? [{ label: 'Working copy', tone: 'notice' } as const] : []),
    ],
    trail: [
      HOME,
      ...(item.program ? [programPlace(item.program)] : []),
      ...(item.design ? [designPlace(item.design)] : []),
    ],
    facts: [],
    tabs,
    content,
    scope: {
      programId: item.program?.id ?? null,
      designId: item.design?.id ?? null,
      label: `${type} ${item.itemNumber}`,
      draft: `About ${item.itemNumber}: `,
    },
    suggestions: itemSuggestions(item),
    conversationId: null,
  };
}

export async function itemTab(
  tenant: TenantReader,
  wanted: { id: string; tab: string; cursor: string | null },
): Promise<WorkspaceTab | ToolRefusal> {
  const item = await readAs(ItemPage, tenant, 'workspace_item', { id: wanted.id });
  if ('refused' in item) return item;
  if (tabsOf(item).some((tab) => tab.id === wanted.tab)) return readTab(tenant, item, wanted);
  return { refused: true, code: 'NOT_FOUND', message: "This item doesn't have that tab." };
}

async function readTab(
  tenant: TenantReader,
  item: ItemPage,
  wanted: { id: string; tab: string; cursor: string | null },
): Promise<WorkspaceTab | ToolRefusal> {
  switch (wanted.tab) {
    case 'relationships':
      return relationshipsTab(tenant, wanted);
    case 'history':
      return historyTab(tenant, wanted);
    case 'bom':
      return bomTab(tenant, wanted);
    case 'affected-items':
      return affectedTab(tenant, wanted, item.itemType === 'ChangeOrder');
    default:
      return detailsTab(item);
  }
}

function tabsOf({ itemType, counts }: ItemPage): WorkspacePage['tabs'] {
  const count = (id: string): number => counts[id] ?? 0;
  const isChangeOrder = itemType === 'ChangeOrder';
  const hasOrders = isChangeOrder || count('affected-items') > 0;
  return [
    { id: 'details', label: 'Details', count: null },
    ...(itemType === 'Part' ? [{ id: 'bom', label: 'BOM', count: count('bom') }] : []),
    ...(hasOrders
      ? [
          {
            id: 'affected-items',
            label: isChangeOrder ? 'Affected items' : 'Change orders',
            count: count('affected-items'),
          },
        ]
      : []),
    { id: 'relationships', label: 'Relationships', count: count('relationships') },
    { id: 'history', label: 'History', count: count('history') },
  ];
}
