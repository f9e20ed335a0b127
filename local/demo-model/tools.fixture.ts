// Tool schemas written by hand for the tests, in the shape in which a product sends them to a model.
import type { DemoTool, JsonObject } from './chat.ts';

const ITEM_TYPES = ['Part', 'Document', 'ChangeOrder', 'Requirement', 'Task'];
const text = (description: string) => ({ type: 'string', description });
const words = (...choices: readonly string[]) => ({ type: 'string', enum: choices });
const whole = (minimum: number, maximum: number) => ({ type: 'integer', minimum, maximum });

function tool(name: string, description: string, properties: JsonObject, required: readonly string[] = []): DemoTool {
  return { name, description, schema: { type: 'object', properties, required, additionalProperties: false } };
}

export const READ_TOOLS: readonly DemoTool[] = [
  tool('search_items', 'Search items by type, text, lifecycle state or design.', {
    itemType: words(...ITEM_TYPES),
    query: text('Text to look for in item number and name'),
    state: text('Lifecycle state, for example Draft or Released'),
    designId: text('Design ID or code'),
    limit: { ...whole(1, 50), default: 20 },
  }),
  tool('get_item_details', 'Get the complete details of one item by ID or item number.', {
    id: text('Item UUID'),
    itemNumber: text('Item number, for example PN-000001'),
    revision: text('Revision letter'),
  }),
  tool('get_bom', 'Get the bill of materials of a part.', { itemId: text('Parent part UUID'), depth: whole(1, 10) }, [
    'itemId',
  ]),
  tool(
    'get_where_used',
    'Find the parent assemblies that use an item.',
    { itemId: text('Item UUID'), maxDepth: whole(1, 15) },
    ['itemId'],
  ),
  tool(
    'analyze_change_impact',
    'Analyze the impact of changing an item, with a risk assessment.',
    { itemId: text('Item UUID'), includeDocuments: { type: 'boolean' }, includeRelatedChanges: { type: 'boolean' } },
    ['itemId'],
  ),
  tool(
    'offer_navigation',
    'Offer a button that opens the page of an item.',
    {
      itemId: text('Entity UUID'),
      itemNumber: text('Number to display'),
      itemType: words(...ITEM_TYPES, 'Design', 'Program'),
      tab: words('details', 'relationships', 'history', 'bom', 'affected-items'),
      label: text('Label of the button'),
    },
    ['itemId', 'itemNumber', 'itemType'],
  ),
  tool('search_programs', 'Search programs by name, code, customer or status.', {
    query: text('Text to look for'),
    status: words('Active', 'On Hold', 'Completed', 'Cancelled'),
    limit: whole(1, 50),
  }),
  tool('search_designs', 'Search designs by name, code, type or program.', {
    query: text('Text to look for'),
    programId: text('Program ID or code'),
    designType: words('Engineering', 'Library', 'Family', 'Manufacturing'),
    limit: whole(1, 50),
  }),
];

const WRITE_TOOLS: readonly DemoTool[] = [
  tool(
    'create_item',
    'Create a new part, document, requirement or task.',
    {
      itemType: words('Part', 'Document', 'Requirement', 'Task'),
      name: text('Name of the item'),
      designId: text('Design ID or code, required for Part, Document and Requirement'),
      changeOrderId: text('Change order for designs after release'),
      description: text('Description'),
      partType: words('Manufacture', 'Purchase', 'Software', 'Phantom'),
      material: text('Material'),
      priority: words('low', 'medium', 'high', 'critical'),
      requirementType: words('Functional', 'Performance', 'Interface', 'Constraint', 'Other'),
      assignee: text('Person'),
      dueDate: text('Day, YYYY-MM-DD'),
    },
    ['itemType', 'name'],
  ),
  tool(
    'update_item',
    'Update properties of an existing item.',
    {
      itemId: text('Item UUID'),
      name: text('New name'),
      description: text('New description'),
      partType: words('Manufacture', 'Purchase', 'Software', 'Phantom'),
      material: text('Material'),
      weight: { type: 'number' },
      weightUnit: words('kg', 'g', 'lb'),
      cost: { type: 'number' },
      currency: { anyOf: [{ type: 'string' }, { type: 'null' }] },
      assignee: text('Person'),
      priority: words('low', 'medium', 'high', 'critical'),
      dueDate: text('Day, YYYY-MM-DD'),
      changeOrderId: text('Change order'),
    },
    ['itemId'],
  ),
  tool(
    'create_relationship',
    'Create a BOM, Document or Affects relationship between two items.',
    {
      sourceItemId: text('Item UUID'),
      targetItemId: text('Item UUID'),
      type: words('BOM', 'Document', 'Affects'),
      quantity: { type: 'number' },
      findNumber: { type: 'integer' },
      referenceDesignator: text('Reference designator'),
      changeOrderId: text('Change order'),
    },
    ['sourceItemId', 'targetItemId', 'type'],
  ),
  tool(
    'transition_item_state',
    'Move an item or a change order to another lifecycle state.',
    { itemId: text('Item UUID'), targetState: text('State to move to'), comments: text('Comments') },
    ['itemId', 'targetState'],
  ),
  tool(
    'create_change_order',
    'Create an engineering change order with its branches and affected items.',
    {
      name: text('Name'),
      changeType: words('ECO', 'ECN', 'Deviation', 'MCO'),
      priority: words('low', 'medium', 'high', 'critical'),
      reasonForChange: text('Why'),
      impactDescription: text('What it touches'),
      affectedItemIds: { type: 'array', items: { type: 'string' } },
      designIds: { type: 'array', items: { type: 'string' } },
    },
    ['name', 'changeType'],
  ),
  tool(
    'initiate_collaborative_design',
    'Open a collaborative design workspace for a program.',
    {
      description: text('What it is about'),
      programId: text('Program ID or code'),
      designId: text('Design ID or code'),
    },
    ['programId'],
  ),
];

export const PLM_TOOLS: readonly DemoTool[] = [...READ_TOOLS, ...WRITE_TOOLS];
