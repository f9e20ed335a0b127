import { describe, expect, test } from 'vitest';
import { ARM, ask, DRAWING, GRIPPER, MOTOR, ORDER } from './plm.fixture.ts';

/** The call that the words asked for, without the look-ups before and the offer after it. */
function callOf(text: string, name: string) {
  return ask(text).calls.find((call) => call.name === name)?.args;
}

describe('each of the tools is called by the words that ask for it', () => {
  test.each([
    ['Show me all released parts', 'search_items', { itemType: 'Part', state: 'Released' }],
    ['Find parts with drive in the name', 'search_items', { itemType: 'Part', query: 'drive' }],
    [
      'list the first 5 documents in design ARM-GRIPPER',
      'search_items',
      { itemType: 'Document', designId: 'ARM-GRIPPER', limit: 5 },
    ],
    ['search for "Drive Shaft"', 'search_items', { query: 'Drive Shaft' }],
    ['What is the state of PN-000001?', 'get_item_details', { itemNumber: 'PN-000001' }],
    ['Show me revision B of PN-000003', 'get_item_details', { itemNumber: 'PN-000003', revision: 'B' }],
    ['Show the BOM of PN-000001 3 levels deep', 'get_bom', { itemId: ARM.id, depth: 3 }],
    ['Give me the full bill of materials for the gripper arm', 'get_bom', { itemId: ARM.id, depth: 10 }],
    ['Where is PN-000002 used?', 'get_where_used', { itemId: MOTOR.id }],
    ['which assemblies use the drive motor?', 'get_where_used', { itemId: MOTOR.id }],
    [
      'What would be the impact of changing PN-000001, without documents?',
      'analyze_change_impact',
      { itemId: ARM.id, includeDocuments: false },
    ],
    ['open PN-000001', 'offer_navigation', { itemId: ARM.id, itemNumber: 'PN-000001', itemType: 'Part' }],
    ['Which programs are there?', 'search_programs', {}],
    ['find the program ORION', 'search_programs', { query: 'ORION' }],
    ['List the designs in program ORION', 'search_designs', { programId: 'ORION' }],
    [
      'Create a new part called Motor Assembly in design ARM-GRIPPER',
      'create_item',
      { itemType: 'Part', name: 'Motor Assembly', designId: 'ARM-GRIPPER' },
    ],
    [
      'Add a purchased part "M6 Bolt" made of stainless steel in the Gripper design under ECO-000001',
      'create_item',
      {
        itemType: 'Part',
        name: 'M6 Bolt',
        designId: GRIPPER.id,
        partType: 'Purchase',
        material: 'stainless steel',
        changeOrderId: ORDER.id,
      },
    ],
    [
      'create a task to inspect the arm, high priority, due 2026-12-24',
      'create_item',
      { itemType: 'Task', name: 'Inspect the arm', priority: 'high', dueDate: '2026-12-24' },
    ],
    [
      'Create a performance requirement "Lifts 5 kg" in design BASE-2',
      'create_item',
      { itemType: 'Requirement', name: 'Lifts 5 kg', designId: 'BASE-2', requirementType: 'Performance' },
    ],
    [
      'Change the weight of PN-000002 to 3.5 kg and the cost to 12 EUR',
      'update_item',
      { itemId: MOTOR.id, weight: 3.5, weightUnit: 'kg', cost: 12, currency: 'EUR' },
    ],
    ['Set the material of the drive motor to copper', 'update_item', { itemId: MOTOR.id, material: 'copper' }],
    [
      'Rename PN-000002 to "Main Motor" under ECO-000001',
      'update_item',
      { itemId: MOTOR.id, name: 'Main Motor', changeOrderId: ORDER.id },
    ],
    [
      'Add 4 of PN-000002 to PN-000001 with find number 20 and reference designator M1',
      'create_relationship',
      {
        sourceItemId: ARM.id,
        targetItemId: MOTOR.id,
        type: 'BOM',
        quantity: 4,
        findNumber: 20,
        referenceDesignator: 'M1',
      },
    ],
    [
      'Link DOC-000001 to PN-000001',
      'create_relationship',
      { sourceItemId: ARM.id, targetItemId: DRAWING.id, type: 'Document' },
    ],
    [
      'Add PN-000001 to ECO-000001',
      'create_relationship',
      { sourceItemId: ORDER.id, targetItemId: ARM.id, type: 'Affects' },
    ],
    ['Release PN-000002', 'transition_item_state', { itemId: MOTOR.id, targetState: 'Released' }],
    [
      'Can you please move PN-000002 from Draft to In Review?',
      'transition_item_state',
      { itemId: MOTOR.id, targetState: 'In Review' },
    ],
    [
      'Approve ECO-000001, comment: looks good',
      'transition_item_state',
      { itemId: ORDER.id, targetState: 'Approved', comments: 'looks good' },
    ],
    [
      'Create an ECO called "Improve arm" for PN-000001 and PN-000002 because the arm bends',
      'create_change_order',
      { name: 'Improve arm', changeType: 'ECO', reasonForChange: 'the arm bends', affectedItemIds: [ARM.id, MOTOR.id] },
    ],
    [
      'Raise a deviation to use the old drive shaft, critical',
      'create_change_order',
      {
        name: 'Use the old drive shaft',
        changeType: 'Deviation',
        priority: 'critical',
        reasonForChange: 'Use the old drive shaft, critical',
      },
    ],
    [
      'Start a collaborative design session for program ORION about a lighter arm',
      'initiate_collaborative_design',
      { programId: 'ORION', description: 'a lighter arm' },
    ],
  ])('%s', (text, name, args) => {
    expect(callOf(text, name)).toEqual(args);
  });
});

describe('a question changes nothing', () => {
  test.each([
    'which parts are released?',
    'is PN-000001 approved?',
    'what was created in design BASE-2?',
    'who can release PN-000001?',
    'delete PN-000001',
  ])('%s', (text) => {
    const names = ask(text).calls.map((call) => call.name);
    expect(names.filter((name) => /^(?:create|update|transition|initiate)_/.test(name))).toEqual([]);
  });
});
