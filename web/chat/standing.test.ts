import { describe, expect, test } from 'vitest';
import {
  isOwnTurn,
  otherSpeaker,
  parseStanding,
  partWaiting,
  type Read,
  type Standing,
  toWaiting,
  weigh,
  withQueued,
} from './standing.ts';

const eli = { id: 'eli', name: 'Eli' };
const ada = { id: 'ada', name: 'Ada' };
const turn = (runId: string, author = eli) => ({ runId, author });
const standing = (given: Partial<Standing>): Standing => ({
  active: null,
  queue: [],
  last: null,
  version: 1,
  ...given,
});
const page = (given: Partial<Read>): Read => ({
  ...{ live: false, runId: null, streaming: null, sending: false, reading: false, following: null },
  ...{ ended: null, version: 1 },
  ...given,
});

describe('a page reads again where there is more than it shows, and only then', () => {
  test.each([
    ['nothing is new', {}, {}, 'nothing'],
    ['somebody’s turn began', {}, { active: turn('r2'), version: 2 }, 'read again'],
    ['somebody’s turn began and ended while one was away', {}, { last: 'r2', version: 3 }, 'read again'],
    ['the server knows of no last run, and there is more', {}, { version: 3 }, 'read again'],
    ['one’s own run ended, as this page saw', { ended: 'r1' }, { last: 'r1', version: 3 }, 'up to date'],
    ['one’s own run ended, which the watch has not heard yet', { ended: 'r1' }, { active: turn('r1') }, 'nothing'],
    ['one’s own run streams', { live: true, runId: 'r1', streaming: 'r1' }, { active: turn('r1') }, 'nothing'],
    ['one follows another’s run', { live: true, runId: 'r1', streaming: 'r1' }, { active: turn('r1', ada) }, 'nothing'],
    [
      'the run that streams is over for the watch',
      { live: true, runId: 'r1', streaming: 'r1' },
      { active: turn('r2') },
      'nothing',
    ],
    [
      'one’s own question waits behind another’s turn',
      { live: true, runId: 'r2' },
      { active: turn('r1', ada) },
      'read again',
    ],
    [
      'one’s own question is on its way, and may not be taken yet',
      { live: true, runId: 'r2', sending: true },
      { active: turn('r1', ada) },
      'nothing',
    ],
    ['the server is being asked already', { reading: true }, { active: turn('r2') }, 'nothing'],
    ['what was found under way is about to be followed', { following: 'r2' }, { active: turn('r2') }, 'nothing'],
    ['what was followed has ended unseen', { following: 'r2' }, { last: 'r2', version: 3 }, 'read again'],
    ['one’s own question is being answered', { live: true, runId: 'r2' }, { active: turn('r2') }, 'nothing'],
  ] as const)('%s', (_when, read, told, then) => {
    expect(weigh(page(read), standing(told))).toBe(then);
  });
});

test('a question that was just taken waits, unless the server has told of it', () => {
  const mine = turn('r9');
  expect(withQueued(standing({ queue: [turn('r2')] }), mine)?.queue).toEqual([turn('r2'), mine]);
  for (const told of [{ active: mine }, { queue: [mine] }, { last: 'r9' }])
    expect(withQueued(standing(told), mine)).toEqual(standing(told));
  expect(withQueued(null, mine)).toBeNull();
});

test('whose turn it is, where it is somebody else’s', () => {
  expect(otherSpeaker(standing({ active: turn('r', ada) }), 'eli')).toEqual(ada);
  expect(otherSpeaker(standing({ active: turn('r', eli) }), 'eli')).toBeNull();
  expect(otherSpeaker(standing({}), 'eli')).toBeNull();
  expect(otherSpeaker(null, 'eli')).toBeNull();
});

test('questions that wait stand apart from the transcript, with their words', () => {
  const message = (id: string, role: 'user' | 'assistant', runId: string | null) => ({
    ...{ id, role, parts: [{ type: 'text' as const, content: `words ${id}` }] },
    ...(runId !== null && { metadata: { groundwire: { runId } } }),
  });
  const messages = [message('1', 'user', 'r1'), message('2', 'user', 'r2'), message('3', 'user', null)];
  const { shown, words } = partWaiting(messages, [turn('r2', ada)]);
  expect(shown.map(({ id }) => id)).toEqual(['1', '3']);
  expect(toWaiting([turn('r2', ada), turn('r3')], words)).toEqual([
    { runId: 'r2', author: ada, text: 'words 2' },
    { runId: 'r3', author: eli, text: null },
  ]);
});

test('what is no standing is none, and a turn without a person is left out', () => {
  expect(parseStanding(undefined)).toBeNull();
  expect(parseStanding({ version: 2, active: { runId: 'r' }, queue: [turn('q'), null] })).toEqual({
    ...{ active: null, queue: [turn('q')], last: null, version: 2 },
  });
});

describe('one’s own turn', () => {
  const state = (given: Partial<Parameters<typeof isOwnTurn>[0]>): Parameters<typeof isOwnTurn>[0] => ({
    ...{ live: true, runId: 'r1', me: ada, standing: standing({ active: turn('r1', ada) }) },
    ...{ log: { run: { id: 'r1' } }, read: { following: null, ended: null } },
    ...given,
  });
  const others = standing({ active: turn('r1', eli) });

  test.each([
    ['is what this page streams', {}, true],
    [
      'is over when its run is, though the stream goes on for a moment',
      { log: { run: null }, read: { following: null, ended: 'r1' } },
      false,
    ],
    ['is not somebody else’s that streams here', { standing: others }, false],
    [
      'is not somebody else’s that is about to be followed',
      { standing: others, log: { run: null }, read: { following: 'r1', ended: null } },
      false,
    ],
    ['is none where nothing streams', { live: false }, false],
    [
      'is what waits behind somebody else’s that this page does not show',
      { standing: others, runId: 'r2', log: { run: null } },
      true,
    ],
  ] as const)('%s', (_what, given, expected) => {
    expect(isOwnTurn(state(given))).toBe(expected);
  });
});
