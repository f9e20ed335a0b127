// The tabs of an item's page: details, relationships, history, bill of materials, and items affected by a change order.
import type { TenantReader } from '../../../tools/tenant-access.ts';
import type { ToolRefusal } from '../../../tools/tool.ts';
import { visibleText } from '../../../tools/visible-text.ts';
import { cell, fieldLabel, type TableRow, table } from '../../workspace/page-parts.ts';
import type { WorkspaceSection, WorkspaceTab } from '../../workspace/workspace-page.ts';
import { readAs } from '../functions.ts';
import { ITEM_COLUMNS, itemCells, itemPath, itemRow, stateCell } from './labels.ts';
import { AffectedRows, Bom, type BomNode, HistoryRows, type ItemPage, RelatedRows } from './page-shapes.ts';

type TabRequest = { readonly id: string; readonly tab: string; readonly cursor: string | null };
type TabReply = Promise<WorkspaceTab | ToolRefusal>;

const MAX_DEPTH = 10;

export async function relationshipsTab(tenant: TenantReader, wanted: TabRequest): TabReply {
  const found = await readAs(RelatedRows, tenant, 'workspace_item_tab', input(wanted));
  if ('refused' in found) return found;
  const rows = found.rows.map((row) => ({
    ...itemRow(row),
    id: row.relationshipId,
    cells: {
      ...itemCells(row),
      relation: cell(`${RELATIONS[`${row.type} ${row.direction}`] ?? row.type}${row.isProposed ? ' (proposed)' : ''}`),
      quantity: cell(row.quantity),
    },
  }));
  const columns = [
    { id: 'number', label: 'Number', kind: 'code' },
    { id: 'name', label: 'Name', kind: 'text' },
    { id: 'relation', label: 'Relation', kind: 'text' },
    { id: 'quantity', label: 'Qty', kind: 'number' },
    ...ITEM_COLUMNS.slice(2),
  ] as const;
  return part(wanted, found.cursor, table(null, columns, rows, { empty: 'No related items yet.' }));
}

const RELATIONS: Readonly<Record<string, string>> = {
  'BOM outgoing': 'Contains',
  'BOM incoming': 'Used in',
  'Document outgoing': 'Described by',
  'Document incoming': 'Describes',
  'Affects outgoing': 'Affects',
  'Affects incoming': 'Affected by',
};

export async function historyTab(tenant: TenantReader, wanted: TabRequest): TabReply {
  const found = await readAs(HistoryRows, tenant, 'workspace_item_tab', input(wanted));
  if ('refused' in found) return found;
  const entries = found.rows.map((row) => ({
    id: row.id,
    at: row.at,
    who: row.by ?? null,
    title: [
      HISTORY_WORDS[row.action] ?? fieldLabel(row.action),
      row.revision && `revision ${row.revision}`,
      row.changeOrderNumber && `in ${row.changeOrderNumber}`,
    ]
      .filter(Boolean)
      .join(' · '),
    note: row.comments ?? null,
    changes: Object.entries(row.changes ?? {}).map(([field, change]) => ({
      label: fieldLabel(field),
      ...readChange(change),
    })),
  }));
  return part(wanted, found.cursor, {
    type: 'timeline',
    heading: null,
    empty: 'No history yet.',
    entries,
  });
}

const HISTORY_WORDS: Readonly<Record<string, string>> = { moved: 'State changed', related: 'Relationship added' };

export async function bomTab(tenant: TenantReader, wanted: TabRequest): TabReply {
  const found = await readAs(Bom, tenant, 'get_bom', { itemId: wanted.id, depth: MAX_DEPTH });
  if ('refused' in found) return found;
  const notes = [
    found.hidden > 0 ? `${found.hidden} components are in programs you're not a member of.` : '',
    found.truncated ? 'This tree is too long to show in full.' : '',
  ].filter((note) => note !== '');
  return part(wanted, null, ...notes.map((text) => ({ type: 'text', heading: null, text }) as const), {
    type: 'tree',
    heading: null,
    empty: 'No components yet.',
    columns: [
      { id: 'number', label: 'Number', kind: 'code' },
      { id: 'name', label: 'Name', kind: 'text' },
      { id: 'find', label: 'Find', kind: 'number' },
      { id: 'quantity', label: 'Qty', kind: 'number' },
      { id: 'designator', label: 'Designator', kind: 'code' },
      { id: 'revision', label: 'Rev', kind: 'code' },
      { id: 'state', label: 'State', kind: 'state' },
    ],
    rows: flatten(found.children, 1),
  });
}

const flatten = (nodes: readonly BomNode[], level: number): TableRow[] =>
  nodes.flatMap((node, at) => [
    {
      id: `${level}.${at}.${node.id}`,
      path: itemPath(node.id),
      level,
      cells: {
        ...itemCells(node),
        find: cell(node.findNumber),
        quantity: cell(node.quantity),
        designator: cell(node.referenceDesignator),
      },
    },
    ...flatten(node.children, level + 1),
  ]);

/** For a change order, the items it affects; for any other item, the change orders that affect it. */
export async function affectedTab(tenant: TenantReader, wanted: TabRequest, isChangeOrder: boolean): TabReply {
  const found = await readAs(AffectedRows, tenant, 'workspace_item_tab', input(wanted));
  if ('refused' in found) return found;
  const rows = found.rows.map((row): TableRow => {
    const cells: TableRow['cells'] = {
      ...itemCells(row),
      action: cell(row.action && fieldLabel(row.action)),
      revisions: cell(
        row.toRevision === row.fromRevision || !row.fromRevision
          ? row.toRevision
          : `${row.fromRevision} → ${row.toRevision}`,
      ),
      order: cell(row.changeOrderNumber),
      orderState: row.changeOrderState ? stateCell(row.changeOrderState) : cell(''),
    };
    const path = isChangeOrder || !row.changeOrderId ? itemPath(row.id) : itemPath(row.changeOrderId);
    return { id: `${row.changeOrderId} ${row.id}`, path, cells };
  });
  const change = [
    { id: 'action', label: 'Action', kind: 'text' },
    { id: 'revisions', label: 'Revision', kind: 'code' },
  ] as const;
  const columns = isChangeOrder
    ? [...ITEM_COLUMNS.slice(0, 3), ...change, ...ITEM_COLUMNS.slice(4)]
    : [
        { id: 'order', label: 'Change order', kind: 'code' } as const,
        ...change,
        { id: 'orderState', label: 'State', kind: 'state' } as const,
      ];
  const empty = isChangeOrder ? 'No affected items yet.' : 'No change orders.';
  return part(wanted, found.cursor, table(null, columns, rows, { empty }));
}

export function detailsTab(item: ItemPage): WorkspaceTab {
  const { details, changeOrder, revisions, activeChangeOrders } = item;
  const sections: WorkspaceSection[] = [{ type: 'facts', heading: null, facts: factsOf(item, details) }];
  if (changeOrder) {
    const rows = changeOrder.designs.map(
      (design): TableRow => ({
        id: design.id,
        path: `/workspace/designs/${design.id}`,
        cells: {
          code: cell(design.code),
          name: cell(design.name),
          branch: stateCell(design.mergeStatus === 'merged' ? 'Merged' : 'Open'),
        },
      }),
    );
    sections.push(
      table('Designs', [DESIGN_CODE, NAME, { id: 'branch', label: 'Branch', kind: 'state' }], rows, {
        empty: 'No designs yet.',
      }),
    );
  }
  if (activeChangeOrders.length > 0) {
    const rows = activeChangeOrders.map(
      (order): TableRow => ({
        id: order.id,
        path: itemPath(order.id),
        cells: {
          number: cell(order.itemNumber),
          name: cell(order.name),
          action: cell(order.action && fieldLabel(order.action)),
          state: stateCell(order.state),
        },
      }),
    );
    const columns = [NUMBER, NAME, { id: 'action', label: 'Action', kind: 'text' }, STATE] as const;
    sections.push(table('Open change orders', columns, rows, { empty: '' }));
  }
  if (revisions && revisions.length > 1) {
    const rows = revisions.toReversed().map(
      (one): TableRow => ({
        id: one.id,
        path: itemPath(one.id),
        cells: { revision: cell(one.revision), state: stateCell(one.state) },
      }),
    );
    sections.push(table('Revisions', [{ id: 'revision', label: 'Rev', kind: 'code' }, STATE], rows, { empty: '' }));
  }
  return { tab: 'details', sections, cursor: null };
}

const NUMBER = { id: 'number', label: 'Number', kind: 'code' } as const;
const DESIGN_CODE = { id: 'code', label: 'Code', kind: 'code' } as const;
const NAME = { id: 'name', label: 'Name', kind: 'text' } as const;
const STATE = { id: 'state', label: 'State', kind: 'state' } as const;

/** Joins amounts with their units, and leaves out ids and empty values. */
function factsOf(item: ItemPage, details: ItemPage['details']) {
  const { currency, weightUnit, assigneeName, assignee: _id, cost, weight, ...others } = details;
  const amount = (value: unknown, unit: unknown) => (value == null ? null : `${value} ${unit ?? ''}`.trim());
  const known: readonly (readonly [string, unknown])[] = [
    ...Object.entries(others).map(([field, value]) => [fieldLabel(field), value] as const),
    ['Cost', amount(cost, currency)],
    ['Weight', amount(weight, weightUnit)],
    ['Assignee', assigneeName],
    ['Created by', item.createdBy],
    ['Created', item.createdAt],
    ['Updated by', item.updatedBy],
    ['Updated', item.updatedAt],
  ];
  return known.flatMap(([label, value]) => (value == null || value === '' ? [] : [{ label, ...cell(String(value)) }]));
}

function readChange(change: unknown): { before: string | null; value: string } {
  const { from, to } =
    typeof change === 'object' && change !== null ? (change as { from?: unknown; to?: unknown }) : { to: change };
  const words = (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value) : String(value));
  return {
    before: from == null ? null : visibleText(words(from)),
    value: to == null ? 'empty' : visibleText(words(to)),
  };
}

const input = ({ id, tab, cursor }: TabRequest) => ({ id, tab, ...(cursor !== null && { cursor }) });
const part = (
  wanted: TabRequest,
  cursor: string | null | undefined,
  ...sections: WorkspaceSection[]
): WorkspaceTab => ({
  tab: wanted.tab,
  sections,
  cursor: cursor ?? null,
});
