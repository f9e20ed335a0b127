import * as z from 'zod';
import { defineTool } from '../../../tools/tool.ts';
import { visibleText } from '../../../tools/visible-text.ts';
import * as fields from '../fields.ts';
import { readBy } from '../functions.ts';

const entityType = z.enum(['Project', 'Show', 'CrewMember', 'Vendor', 'Rfp', 'Incident', 'Activity']);
const tab = z.enum(['overview', 'shows', 'crew', 'vendors', 'schedule', 'rfps', 'incidents', 'deliverables']);

const Found = z.object({ id: z.string(), number: z.string(), type: entityType });

export const offerNavigation = defineTool({
  name: 'offer_navigation',
  description:
    'Offer the user a button that opens the page of a project, show, crew member, vendor, RFP, incident or activity. Use it after answering a question about one thing. It does not open the page by itself.',
  effect: 'navigate',
  permission: null,
  input: z.strictObject({
    itemId: fields.reference('Its ID, the code of a project, or the number of an RFP or incident'),
    itemType: entityType.describe('What it is'),
    tab: tab.optional().describe('Tab to open: any for a project; crew, incidents or deliverables for a show'),
    label: fields.label.optional().describe('Button label; default: View and its name'),
  }),
  output: z.object({
    path: z.templateLiteral(['/workspace/', z.string()]),
    label: z.string(),
    itemType: entityType,
    name: z.string(),
    tab: tab.optional(),
    external: z.literal(false),
  }),
  affected: ({ itemId }) => [itemId],
  run: async function offerLink(context, input, tenant) {
    const reply = await findEntity(context, { itemId: input.itemId, itemType: input.itemType }, tenant);
    if (reply.refused) return reply;
    // The button shows the name from the database.
    const { id, number, type } = Found.parse(reply.data);
    const opened = input.tab !== undefined && hasTab(type, input.tab) ? input.tab : undefined;
    const path = `/workspace/${PLACES[type]}/${encodeURIComponent(id)}`;
    const data = {
      path: opened === undefined ? path : `${path}?tab=${opened}`,
      label: visibleText(input.label ?? `View ${number}`),
      itemType: type,
      name: number,
      ...(opened === undefined ? {} : { tab: opened }),
      external: false,
    };
    return { refused: false, data };
  },
  link: ({ path, label }) => ({ kind: 'navigation', path, label }),
});

const findEntity = readBy('resolve_entity');

const PLACES: Readonly<Record<z.output<typeof entityType>, string>> = {
  Project: 'projects',
  Show: 'shows',
  CrewMember: 'crew-members',
  Vendor: 'vendors',
  Rfp: 'rfps',
  Incident: 'incidents',
  Activity: 'activities',
};

function hasTab(type: z.output<typeof entityType>, wanted: z.output<typeof tab>): boolean {
  if (type === 'Project') return true;
  return type === 'Show' && ['overview', 'crew', 'incidents', 'deliverables'].includes(wanted);
}
