import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { CardContent } from '../../contracts/approval.ts';
import { completeCard } from '../../tools/complete-card.ts';
import type { CardOf } from '../../tools/sql-reply.ts';
import {
  changeOrderCreationCard,
  itemCreationCard,
  itemUpdateCard,
  relationshipCreationCard,
  transitionCard,
} from './approval-cards.ts';

const id = '6f0c1d7a-21c4-4f0e-9a3b-5d2e8c7b1a90';
const bolt = { id, itemNumber: 'PN-000002', name: 'Bolt', revision: 'A', state: 'Draft' };
const frame = { id, itemNumber: 'PN-000001', name: 'Frame', revision: 'B', state: 'Released' };
const eco = { id, itemNumber: 'ECO-000003', name: 'Quieter', revision: 'A', state: 'In Review' };
const rover = { id, code: 'ROV', name: 'Rover' };
const packhorse = { id, code: 'PKH', name: 'Packhorse' };
const arm = { id, code: 'ARM', name: 'Arm' };

/** The card as people see it. */
const composed = <F extends z.ZodType>(card: CardOf<F>, facts: z.output<F>): CardContent =>
  completeCard(card.compose(facts), null);

describe('the card of a new item', () => {
  it('names the design, the change order and each field', () => {
    const card = composed(itemCreationCard, {
      itemType: 'Part',
      name: 'Bracket',
      description: 'Holds the arm',
      program: null,
      design: rover,
      changeOrder: eco,
      fields: [{ field: 'partType', value: 'Purchase' }],
    });
    expect(card).toEqual({
      action: 'create',
      title: 'Create part Bracket',
      message: 'Create the part "Bracket" in the design "Rover" under ECO-000003.',
      details: [
        { label: 'Item type', value: 'Part' },
        { label: 'Name', value: 'Bracket' },
        { label: 'Design', value: 'Rover (ROV)' },
        { label: 'ECO', value: 'ECO-000003 Quieter' },
        { label: 'Description', value: 'Holds the arm' },
        { label: 'Part type', value: 'Purchase' },
      ],
    });
  });

  it('omits what is not set, and cuts a long name in the title without splitting a character', () => {
    const name = `${'x'.repeat(79)}🚀y`;
    const card = composed(itemCreationCard, {
      itemType: 'Task',
      name,
      description: null,
      program: packhorse,
      design: null,
      changeOrder: null,
      fields: [],
    });
    expect(card.title).toBe(`Create task ${'x'.repeat(79)}🚀`);
    expect(card.message).toBe(`Create the task "${name}" in the program "Packhorse".`);
    expect(card.details.slice(2)).toEqual([{ label: 'Program', value: 'Packhorse (PKH)' }]);
  });
});

describe('the card of an update', () => {
  it('shows each value before and after, empty where there is none', () => {
    const card = composed(itemUpdateCard, {
      item: frame,
      changeOrder: eco,
      changes: [
        { field: 'material', from: null, to: 'Steel' },
        { field: 'weightUnit', from: 'kg', to: null },
      ],
    });
    expect(card).toEqual({
      action: 'update',
      title: 'Update PN-000001',
      message: 'Update PN-000001 "Frame" on the branch of ECO-000003.',
      details: [
        { label: 'Item', value: 'PN-000001 revision B, Released' },
        { label: 'ECO', value: 'ECO-000003 Quieter' },
        { label: 'Material', before: '', value: 'Steel' },
        { label: 'Weight unit', before: 'kg', value: '' },
      ],
    });
  });
});

describe('the card of a relationship', () => {
  const facts = { quantity: null, findNumber: null, referenceDesignator: null, action: null, changeOrder: null };

  it('describes a bill of materials line with its quantity and position', () => {
    const card = composed(relationshipCreationCard, {
      ...facts,
      type: 'BOM',
      source: frame,
      target: bolt,
      quantity: 2.5,
      findNumber: 10,
      changeOrder: eco,
    });
    expect(card.title).toBe('Link PN-000001 to PN-000002');
    expect(card.message).toBe('Add PN-000002 "Bolt" to the bill of materials of PN-000001 "Frame" under ECO-000003.');
    expect(card.details).toEqual([
      { label: 'Relationship', value: 'BOM' },
      { label: 'From', value: 'PN-000001 Frame' },
      { label: 'To', value: 'PN-000002 Bolt' },
      { label: 'Quantity', value: '2.5' },
      { label: 'Find number', value: '10' },
      { label: 'ECO', value: 'ECO-000003 Quieter' },
    ]);
  });

  it('names the change order once when the link starts there', () => {
    const card = composed(relationshipCreationCard, {
      ...facts,
      type: 'Affects',
      source: eco,
      target: frame,
      action: 'revise',
      changeOrder: eco,
    });
    expect(card.message).toBe('Add PN-000001 "Frame" to the scope of ECO-000003.');
    expect(card.details).toEqual([
      { label: 'Relationship', value: 'Affects' },
      { label: 'From', value: 'ECO-000003 Quieter' },
      { label: 'To', value: 'PN-000001 Frame' },
      { label: 'Action', value: 'Revise' },
    ]);
  });

  it('links a document', () => {
    const card = composed(relationshipCreationCard, { ...facts, type: 'Document', source: frame, target: bolt });
    expect(card.message).toBe('Link the document PN-000002 "Bolt" to PN-000001 "Frame".');
  });
});

describe('the card of a new change order', () => {
  const facts = {
    changeType: 'ECO',
    name: 'Quieter',
    priority: 'high',
    reason: null,
    impact: null,
    program: packhorse,
    items: [],
  };

  it.each([
    [[], 'Create the change order "Quieter" in Draft, in the program "Packhorse".'],
    [[rover], 'Create the change order "Quieter" in Draft, with a branch in the design "Rover".'],
    [[rover, arm], 'Create the change order "Quieter" in Draft, with branches in 2 designs.'],
  ])('counts the branches (%#)', (designs, message) => {
    expect(composed(changeOrderCreationCard, { ...facts, designs }).message).toBe(message);
  });

  it('lists the designs and what happens to each item', () => {
    const items = [{ ...frame, action: 'revise' }];
    expect(composed(changeOrderCreationCard, { ...facts, reason: 'Noise', designs: [rover], items }).details).toEqual([
      { label: 'Change type', value: 'ECO' },
      { label: 'Name', value: 'Quieter' },
      { label: 'Priority', value: 'high' },
      { label: 'Reason', value: 'Noise' },
      { label: 'Program', value: 'Packhorse (PKH)' },
      { label: 'Design', value: 'Rover (ROV)' },
      { label: 'Revise', value: 'PN-000001 Frame, revision B, Released' },
    ]);
  });
});

describe('the card of a transition', () => {
  it('shows the state before and after', () => {
    expect(composed(transitionCard, { item: bolt, toState: 'In Review', comments: 'Ready', merges: null })).toEqual({
      action: 'transition',
      title: 'Move PN-000002 to In Review',
      message: 'Move PN-000002 "Bolt" from Draft to In Review.',
      details: [
        { label: 'Item', value: 'PN-000002 Bolt' },
        { label: 'State', before: 'Draft', value: 'In Review' },
        { label: 'Comments', value: 'Ready' },
      ],
    });
  });

  const revised = { action: 'revise', itemNumber: 'PN-000001', name: 'Frame', fromRevision: 'A', toRevision: 'B' };
  const added = { action: 'add', itemNumber: 'PN-000002', name: 'Bolt', fromRevision: null, toRevision: 'A' };
  it.each([
    [[], 'merge its branches.'],
    [[revised], 'merge its item.'],
    [[revised, added], 'merge its 2 items.'],
  ])('counts what an approval merges (%#)', (merges, ending) => {
    const card = composed(transitionCard, { item: eco, toState: 'Approved', comments: null, merges });
    expect(card.title).toBe('Approve ECO-000003');
    expect(card.message).toBe(`Move ECO-000003 "Quieter" from In Review to Approved and ${ending}`);
  });

  it('lists the revisions that an approval merges', () => {
    const card = composed(transitionCard, { item: eco, toState: 'Approved', comments: null, merges: [revised, added] });
    expect(card.details.slice(2)).toEqual([
      { label: 'Revise', before: 'revision A', value: 'PN-000001 Frame, revision B' },
      { label: 'Add', before: 'new', value: 'PN-000002 Bolt, revision A' },
    ]);
  });
});
