// Item numbers, revision letters and lifecycles.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../local/testing/test-database.ts';
import { openPlm, type Plm } from './plm.fixture.ts';

let database: TestDatabase;
let plm: Plm;
beforeAll(async () => {
  database = await createTestDatabase();
  plm = await openPlm(database);
});
afterAll(async () => {
  await plm.close();
  await database.drop();
});

test('fifty parallel creates get fifty different six-digit numbers', async () => {
  const input = { itemType: 'Part', name: 'Spacer', designId: 'KES-CTL' };
  const { versions } = await plm.eli.propose('create_item', input);
  const answers = await Promise.all(Array.from({ length: 50 }, () => plm.eli.run('create_item', input, versions)));
  const numbers = answers.map((answer) => answer.data.item.itemNumber);
  expect(new Set(numbers).size).toBe(50);
  expect(numbers.filter((number) => !/^PN-\d{6}$/.test(number))).toEqual([]);
});

test('each type has its own prefix and each organization its own count', async () => {
  const number = async (itemType: string) =>
    (await plm.eli.must('create_item', { itemType, name: 'One', designId: 'KES-CTL' })).item.itemNumber;
  expect(await number('Document')).toMatch(/^DOC-\d{6}$/);
  expect(await number('Requirement')).toMatch(/^REQ-\d{6}$/);
  expect(await number('Task')).toMatch(/^TSK-\d{6}$/);
  const order = await plm.eli.must('create_change_order', { name: 'One', designIds: ['KES-CTL'] });
  expect(order.item.itemNumber).toBe('ECO-000003');
  const [row] = await plm.nora.query(`select private.next_item_number('Part') as number`);
  expect(row).toEqual({ number: 'PN-000001' });
});

test('a number gets more than six digits when it needs them', async () => {
  await database.owner.query(`update private.item_counters set last = 999999 where prefix = 'REQ'`);
  const data = await plm.eli.must('create_item', { itemType: 'Requirement', name: 'Many', designId: 'KES-CTL' });
  expect(data.item.itemNumber).toBe('REQ-1000000');
});

test.each([
  ['A', 'B'],
  ['H', 'J'],
  ['N', 'P'],
  ['Y', 'Z'],
  ['Z', 'AA'],
  ['AH', 'AJ'],
  ['AZ', 'BA'],
  ['HZ', 'JA'],
  ['ZZ', 'AAA'],
])('revision %s is followed by %s', async (revision, next) => {
  const { rows } = await database.owner.query('select plm.next_revision($1) as next', [revision]);
  expect(rows).toEqual([{ next }]);
});

const FORWARD: Readonly<Record<string, readonly string[]>> = {
  Part: ['Draft', 'In Review', 'Approved', 'Released', 'Obsolete'],
  Document: ['Draft', 'In Review', 'Approved', 'Released', 'Obsolete'],
  Requirement: ['Draft', 'Proposed', 'In Review', 'Approved', 'Implemented', 'Verified'],
  Task: ['Backlog', 'To Do', 'In Progress', 'In Review', 'Done'],
  ChangeOrder: ['Draft', 'In Review', 'Approved'],
};
const OTHER: Readonly<Record<string, readonly string[]>> = {
  Part: ['Superseded'],
  Document: ['Superseded'],
  Requirement: ['Rejected', 'Superseded'],
  Task: ['Cancelled'],
  ChangeOrder: [],
};

/** Written independently of the database's own table, so that both must agree. */
function allowedFrom(type: string, state: string): string[] {
  const path = FORWARD[type] ?? [];
  const place = path.indexOf(state);
  const next = place >= 0 && place + 1 < path.length ? [path[place + 1] ?? ''] : [];
  const isOpen = place >= 0 && place + 1 < path.length;
  if (type === 'Requirement' && isOpen) next.push('Rejected');
  if (type === 'Task' && isOpen) next.push('Cancelled');
  if (type === 'ChangeOrder' && state === 'In Review') next.push('Draft');
  return next.sort();
}

test.each(Object.keys(FORWARD))(
  '%s: every state × every target is allowed or refused with the list',
  async (itemType) => {
    const states = [...(FORWARD[itemType] ?? []), ...(OTHER[itemType] ?? [])];
    const created =
      itemType === 'ChangeOrder'
        ? await plm.ada.must('create_change_order', { name: 'Matrix', designIds: ['KES-CTL'] })
        : await plm.ada.must('create_item', { itemType, name: 'Matrix', designId: 'PKH-DRV' });
    const wrong: string[] = [];
    const targets = [...new Set([...Object.values(FORWARD), ...Object.values(OTHER)].flat()), 'Nowhere'];
    for (const state of states) {
      await database.owner.query('update plm.items set state = $1 where id = $2', [state, created.item.id]);
      const allowed = allowedFrom(itemType, state);
      for (const targetState of targets) {
        const answer = await plm.ada.propose('transition_item_state', { itemId: created.item.id, targetState });
        const isRight = allowed.includes(targetState)
          ? answer.ok
          : answer.code === 'ILLEGAL_STATE' &&
            JSON.stringify([...answer.facts.allowed].sort()) === JSON.stringify(allowed);
        if (!isRight) wrong.push(`${state} → ${targetState}: ${JSON.stringify(answer)}`);
      }
    }
    expect(wrong).toEqual([]);
  },
);

test('a move writes history, increments the version and accepts any case of the state', async () => {
  const { item } = await plm.eli.must('create_item', { itemType: 'Task', name: 'Walk', designId: 'KES-ARM' });
  await plm.eli.must('transition_item_state', { itemId: item.itemNumber, targetState: 'to do', comments: 'Begin' });
  const { rows } = await database.owner.query(
    `select i.state, i.version::int, h.action, h.changes, h.comments, h.user_id from plm.items i
     join plm.item_history h on h.item_id = i.id where i.id = $1 order by h.created_at, h.action`,
    [item.id],
  );
  expect(rows).toEqual([
    { state: 'To Do', version: 2, action: 'created', changes: {}, comments: null, user_id: plm.eli.id },
    {
      ...{ state: 'To Do', version: 2, action: 'moved', comments: 'Begin', user_id: plm.eli.id },
      changes: { state: { from: 'Backlog', to: 'To Do' } },
    },
  ]);
});
