import * as z from 'zod';
import { defineTool } from '../../../tools/tool.ts';
import { visibleText } from '../../../tools/visible-text.ts';
import * as fields from '../fields.ts';
import { readBy } from '../functions.ts';
import { itemType } from '../item-types.ts';

const entityType = z.enum([...itemType.options, 'Design', 'Program']);
const tab = z.enum(['details', 'relationships', 'history', 'bom', 'affected-items']);

const Found = z.object({ id: z.string(), number: z.string(), type: entityType });

export const offerNavigation = defineTool({
  name: 'offer_navigation',
  description:
    'Offer the user a button that opens the page of an item, design or program. Use it after answering a question about one thing. It does not open the page by itself.',
  effect: 'navigate',
  permission: null,
  input: z.strictObject({
    itemId: fields.itemId('Entity UUID'),
    itemNumber: fields.itemNumber.describe('Number to display, for example PN-000001; the code of a design or program'),
    itemType: entityType.describe('What it is'),
    tab: tab.optional().describe('Tab to open; designs and programs have none'),
    label: fields.label.optional().describe('Button label; default: View and the number'),
  }),
  output: z.object({
    path: z.templateLiteral(['/workspace/', z.string()]),
    label: z.string(),
    itemType: entityType,
    itemNumber: z.string(),
    tab: tab.optional(),
    external: z.literal(false),
  }),
  affected: ({ itemId }) => [itemId],
  run: async function offerLink(context, input, tenant) {
    const reply = await findEntity(context, { itemId: input.itemId, itemType: input.itemType }, tenant);
    if (reply.refused) return reply;
    // The model may give the wrong number, so the button shows the number of what it opens.
    const { id, number, type } = Found.parse(reply.data);
    const opened = input.tab !== undefined && hasTab(type, input.tab) ? input.tab : undefined;
    const path = `${PLACES[type] ?? '/workspace/items/'}${encodeURIComponent(id)}`;
    const data = {
      path: opened === undefined ? path : `${path}?tab=${opened}`,
      label: visibleText(input.label ?? `View ${number}`),
      itemType: type,
      itemNumber: number,
      ...(opened === undefined ? {} : { tab: opened }),
      external: false,
    };
    return { refused: false, data };
  },
  link: ({ path, label }) => ({ kind: 'navigation', path, label }),
});

const findEntity = readBy('resolve_entity');

const PLACES: Readonly<Partial<Record<z.output<typeof entityType>, string>>> = {
  Design: '/workspace/designs/',
  Program: '/workspace/programs/',
};

function hasTab(type: z.output<typeof entityType>, wanted: z.output<typeof tab>): boolean {
  if (type === 'Design' || type === 'Program') return false;
  if (wanted === 'bom') return type === 'Part';
  return wanted !== 'affected-items' || type === 'ChangeOrder';
}
