// The text of an approval card for each write. Postgres returns what would change (ids, numbers, old and new values); the
// sentences for users are composed here.
import * as z from 'zod';
import { argumentLabel } from '../../tools/complete-card.ts';
import type { CardOf } from '../../tools/sql-reply.ts';
import type { ProposedCard } from '../../tools/tool.ts';

type Detail = ProposedCard['details'][number];

const Item = z.object({ id: z.guid(), itemNumber: z.string(), name: z.string() });
const ItemState = Item.extend({ revision: z.string(), state: z.string() });
const Design = z.object({ id: z.guid(), code: z.string(), name: z.string() });
const Program = Design;
const text = z.string().nullable();

const ItemCreation = z.object({
  itemType: z.string(),
  name: z.string(),
  description: text,
  /** Null for an item of a design. */
  program: Program.nullable(),
  design: Design.nullable(),
  changeOrder: Item.nullable(),
  fields: z.array(z.object({ field: z.string(), value: z.string() })),
});

const ItemUpdate = z.object({
  item: ItemState,
  changeOrder: Item.nullable(),
  changes: z.array(z.object({ field: z.string(), from: text, to: text })),
});

const RelationshipCreation = z.object({
  type: z.enum(['BOM', 'Document', 'Affects']),
  source: Item,
  target: Item,
  quantity: z.number().nullable(),
  findNumber: z.number().nullable(),
  referenceDesignator: text,
  /** The change order's action on the target; null unless the type is Affects. */
  action: text,
  changeOrder: Item.nullable(),
});

const ChangeOrderCreation = z.object({
  changeType: z.string(),
  name: z.string(),
  priority: z.string(),
  reason: text,
  impact: text,
  program: Program,
  designs: z.array(Design),
  items: z.array(ItemState.extend({ action: z.string() })),
});

const WorkspaceOpening = z.object({ description: z.string(), program: Design, design: Design.nullable() });

const Transition = z.object({
  item: ItemState,
  toState: z.string(),
  comments: text,
  /** The scope that an approval merges; null for any other move. */
  merges: z
    .array(
      z.object({
        action: z.string(),
        itemNumber: z.string(),
        name: z.string(),
        fromRevision: text,
        toRevision: z.string(),
      }),
    )
    .nullable(),
});

export const itemCreationCard: CardOf<typeof ItemCreation> = {
  facts: ItemCreation,
  compose: ({ itemType, name, description, program, design, changeOrder, fields }) => {
    const type = itemType.toLowerCase();
    const place =
      (program ? ` in the program "${program.name}"` : '') +
      (design ? ` in the design "${design.name}"` : '') +
      (changeOrder ? ` under ${changeOrder.itemNumber}` : '');
    return {
      action: 'create',
      title: `Create ${type} ${shorten(name)}`,
      message: `Create the ${type} "${name}"${place}.`,
      details: [
        { label: 'Item type', value: itemType, shows: ['itemType'] },
        { label: 'Name', value: name, shows: ['name'] },
        ...programDetails(program),
        ...designDetails('designId', design),
        ...changeOrderDetails(changeOrder),
        ...detailIf('description', 'Description', description),
        ...fields.map(({ field, value }) => ({ label: argumentLabel(field), value, shows: [field] })),
      ],
    };
  },
};

export const itemUpdateCard: CardOf<typeof ItemUpdate> = {
  facts: ItemUpdate,
  compose: ({ item, changeOrder, changes }) => ({
    action: 'update',
    title: `Update ${item.itemNumber}`,
    message: `Update ${item.itemNumber} "${item.name}"${changeOrder ? ` on the branch of ${changeOrder.itemNumber}` : ''}.`,
    details: [
      { label: 'Item', value: `${item.itemNumber} revision ${item.revision}, ${item.state}`, shows: ['itemId'] },
      ...changeOrderDetails(changeOrder),
      ...changes.map(({ field, from, to }) => ({
        label: argumentLabel(field),
        before: from ?? '',
        value: to ?? '',
        shows: [field],
      })),
    ],
  }),
};

export const relationshipCreationCard: CardOf<typeof RelationshipCreation> = {
  facts: RelationshipCreation,
  compose: (facts) => {
    const { type, source, target, quantity, findNumber, referenceDesignator, action } = facts;
    // An Affects link starts at the change order itself.
    const changeOrder = type === 'Affects' ? null : facts.changeOrder;
    const linked = `${target.itemNumber} "${target.name}"`;
    const message = {
      BOM: `Add ${linked} to the bill of materials of ${source.itemNumber} "${source.name}"`,
      Document: `Link the document ${linked} to ${source.itemNumber} "${source.name}"`,
      Affects: `Add ${linked} to the scope of ${source.itemNumber}`,
    }[type];
    return {
      action: 'create',
      title: `Link ${source.itemNumber} to ${target.itemNumber}`,
      message: `${message}${changeOrder ? ` under ${changeOrder.itemNumber}` : ''}.`,
      details: [
        { label: 'Relationship', value: type, shows: ['type'] },
        // An Affects link names its change order once, as its start.
        {
          label: 'From',
          value: nameOf(source),
          shows: type === 'Affects' ? ['sourceItemId', 'changeOrderId'] : ['sourceItemId'],
        },
        { label: 'To', value: nameOf(target), shows: ['targetItemId'] },
        ...detailIf('quantity', 'Quantity', quantity),
        ...detailIf('findNumber', 'Find number', findNumber),
        ...detailIf('referenceDesignator', 'Reference designator', referenceDesignator),
        ...detailIf(null, 'Action', action && capitalize(action)),
        ...changeOrderDetails(changeOrder),
      ],
    };
  },
};

export const changeOrderCreationCard: CardOf<typeof ChangeOrderCreation> = {
  facts: ChangeOrderCreation,
  compose: ({ changeType, name, priority, reason, impact, program, designs, items }) => {
    const [design] = designs;
    const branches =
      designs.length > 1
        ? `, with branches in ${designs.length} designs`
        : design
          ? `, with a branch in the design "${design.name}"`
          : `, in the program "${program.name}"`;
    return {
      action: 'create',
      title: `Create ${changeType} ${shorten(name)}`,
      message: `Create the change order "${name}" in Draft${branches}.`,
      details: [
        { label: 'Change type', value: changeType, shows: ['changeType'] },
        { label: 'Name', value: name, shows: ['name'] },
        { label: 'Priority', value: priority, shows: ['priority'] },
        ...detailIf('reasonForChange', 'Reason', reason),
        ...detailIf('impactDescription', 'Impact', impact),
        ...programDetails(program),
        ...designs.flatMap((one) => designDetails('designIds', one)),
        ...items.map((item) => ({
          label: capitalize(item.action),
          value: `${nameOf(item)}, revision ${item.revision}, ${item.state}`,
          shows: ['affectedItemIds'],
        })),
      ],
    };
  },
};

export const workspaceOpeningCard: CardOf<typeof WorkspaceOpening> = {
  facts: WorkspaceOpening,
  compose: ({ description, program, design }) => ({
    action: 'create',
    title: `Open a design workspace in ${program.code}`,
    message: `Open a design workspace that everyone in the program "${program.name}" can see.`,
    details: [
      { label: 'Brief', value: description, shows: ['description'] },
      ...programDetails(program),
      ...designDetails('designId', design),
    ],
  }),
  programOf: ({ program }) => program.id,
};

export const transitionCard: CardOf<typeof Transition> = {
  facts: Transition,
  compose: ({ item, toState, comments, merges }) => ({
    action: 'transition',
    title: merges ? `Approve ${item.itemNumber}` : `Move ${item.itemNumber} to ${toState}`,
    message: `Move ${item.itemNumber} "${item.name}" from ${item.state} to ${toState}${merges ? mergeWords(merges.length) : ''}.`,
    details: [
      { label: 'Item', value: nameOf(item), shows: ['itemId'] },
      { label: 'State', before: item.state, value: toState, shows: ['targetState'] },
      ...(merges ?? []).map((merged) => ({
        label: capitalize(merged.action),
        before: merged.fromRevision === null ? 'new' : `revision ${merged.fromRevision}`,
        value: `${nameOf(merged)}, revision ${merged.toRevision}`,
      })),
      ...detailIf('comments', 'Comments', comments),
    ],
  }),
};

/** Longer names would fill the title; the details have the whole name. */
const MAX_TITLE_NAME = 80;

// By code points, so that no character is cut in half.
const shorten = (name: string): string => [...name].slice(0, MAX_TITLE_NAME).join('');

function mergeWords(count: number): string {
  if (count === 0) return ' and merge its branches';
  return count === 1 ? ' and merge its item' : ` and merge its ${count} items`;
}

const programDetails = (program: z.output<typeof Program> | null): Detail[] =>
  detailIf('programId', 'Program', program && `${program.name} (${program.code})`);

const designDetails = (argument: string, design: z.output<typeof Design> | null): Detail[] =>
  detailIf(argument, 'Design', design && `${design.name} (${design.code})`);

const changeOrderDetails = (changeOrder: z.output<typeof Item> | null): Detail[] =>
  detailIf('changeOrderId', 'ECO', changeOrder && nameOf(changeOrder));

const detailIf = (argument: string | null, label: string, value: string | number | null): Detail[] =>
  value === null ? [] : [{ label, value: String(value), ...(argument === null ? {} : { shows: [argument] }) }];

const nameOf = ({ itemNumber, name }: { itemNumber: string; name: string }): string => `${itemNumber} ${name}`;

const capitalize = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);
