import { expect, test } from 'vitest';
import * as values from './values.ts';

test.each([
  ['Create a new part called Motor Assembly', 'Motor Assembly'],
  ['create a part named Base Plate in design ARM, made of steel', 'Base Plate'],
  ['Add a part "M6 Bolt, zinc" to the design', 'M6 Bolt, zinc'],
  ['Create a part called Bracket in design "Gripper Arm"', 'Bracket'],
  ['a document titled “Assembly Guide”', 'Assembly Guide'],
])('the name in %j is %j', (text, name) => {
  expect(values.readName(text)).toBe(name);
});

test('a rename takes the words after "to"', () => {
  expect(values.readNewName('rename PN-000001 to Main Motor')).toBe('Main Motor');
  expect(values.readNewName('change its name to "Motor to go"')).toBe('Motor to go');
  expect(values.readNewName('set the weight to 3 kg')).toBeNull();
});

test.each([
  ['Add 4 of PN-000002 to PN-000001', 4],
  ['add PN-000002 to PN-000001, quantity 12', 12],
  ['add PN-000002 to PN-000001 with qty of 2.5', 2.5],
  ['add 3x PN-000002 to PN-000001', 3],
  ['add PN-000002 to PN-000001 with quantity -3', -3],
  ['add PN-000002 to PN-000001', null],
])('the quantity in %j is %j', (text, quantity) => {
  expect(values.readQuantity(text)).toBe(quantity);
});

test('weights and costs come with their units', () => {
  expect(values.readWeight('make it 3.5 kg')).toEqual({ value: 3.5, unit: 'kg' });
  expect(values.readWeight('weight 12')).toEqual({ value: 12, unit: null });
  expect(values.readCost('cost 12 EUR')).toEqual({ value: 12, currency: 'EUR' });
  expect(values.readCost('costs $4.20')).toEqual({ value: 4.2, currency: 'USD' });
  expect(values.readCost('the cost to 7')).toEqual({ value: 7, currency: null });
  expect(values.readCost('PN-000012 EUR')).toBeNull();
});

test.each([
  ['due 2026-12-24', '2026-12-24'],
  ['by 3 December 2026', '2026-12-03'],
  ['on Dec 3, 2026', '2026-12-03'],
  ['tomorrow', null],
])('the day in %j is %j', (text, day) => {
  expect(values.readDate(text)).toBe(day);
});

test.each([
  ['Release PN-1', 'Released'],
  ['submit it for review', 'In Review'],
  ['move it to in progress', 'In Progress'],
  ['mark it as done', 'Done'],
  ['cancel the task', 'Cancelled'],
  ['paint it green', null],
])('the state in %j is %j', (text, state) => {
  expect(values.readState(text, [])).toBe(state);
});

test('a choice is found in plural, in another case and by its usual word', () => {
  const types = ['Part', 'Document', 'ChangeOrder'];
  expect(values.readChoice('show all PARTS', types)).toBe('Part');
  expect(values.readChoice('open ECOs', types)).toBe('ChangeOrder');
  expect(values.readChoice('the drawings', types)).toBe('Document');
  expect(values.readChoice('the participants', types)).toBeNull();
});

test('people, materials and designators are read from their usual phrases', () => {
  expect(values.readAssignee('Assign TSK-000001 to Eli Engineer, please')).toBe('Eli Engineer');
  expect(values.readAssignee('assigned to eli@cascade.test')).toBe('eli@cascade.test');
  expect(values.readMaterial('made of stainless steel in the design')).toBe('stainless steel');
  expect(values.readMaterial('set the material of the motor to copper')).toBe('copper');
  expect(values.readDesignator('with reference designator R1, R2')).toBe('R1, R2');
});
