import { expect, it } from 'vitest';
import { completeCard } from './complete-card.ts';
import type { ProposedCard } from './tool.ts';

const card: ProposedCard = {
  action: 'create',
  title: 'Create task',
  message: 'Create the task.',
  details: [
    { label: 'Name', value: 'Weld', shows: ['name'] },
    { label: 'From', value: 'ECO-1', shows: ['source', 'order'] },
    { label: 'Note', value: 'of the tool' },
  ],
};

it('adds the arguments that no detail shows, and no others (R30)', () => {
  const input = {
    name: 'Weld',
    source: 'x',
    order: 'x',
    programId: 'PKH',
    dueDays: 0,
    isUrgent: false,
    tags: ['a'],
    none: [],
  };
  expect(completeCard(card, input).details).toEqual([
    { label: 'Name', value: 'Weld' },
    { label: 'From', value: 'ECO-1' },
    { label: 'Note', value: 'of the tool' },
    { label: 'Program id', value: 'PKH' },
    { label: 'Due days', value: '0' },
    { label: 'Is urgent', value: 'false' },
    { label: 'Tags', value: '["a"]' },
  ]);
});
