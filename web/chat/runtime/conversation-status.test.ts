import { describe, expect, test } from 'vitest';
import {
  activeOtherAuthor,
  type ConversationStatus,
  isOwnTurn,
  newerStatus,
  parseStatus,
  type SyncState,
  splitQueued,
  syncDecision,
  toQueuedQuestions,
  withQueued,
} from './conversation-status.ts';

const eli = { id: 'eli', name: 'Eli' };
const ada = { id: 'ada', name: 'Ada' };
const turn = (runId: string, author = eli) => ({ runId, author });
const statusOf = (given: Partial<ConversationStatus>): ConversationStatus => ({
  active: null,
  queue: [],
  last: null,
  version: 1,
  ...given,
});
const page = (given: Partial<SyncState>): SyncState => ({
  ...{ live: false, runId: null, streaming: null, sending: false, reading: false, following: null },
  ...{ ended: null, version: 1, missed: false },
  ...given,
});

describe('syncDecision', () => {
  test.each([
    ['nothing is new', {}, {}, 'ignore'],
    ['another run started', {}, { active: turn('r2'), version: 2 }, 'reload'],
    ['another run started and ended unseen', {}, { last: 'r2', version: 3 }, 'reload'],
    ['the version is newer without a last run', {}, { version: 3 }, 'reload'],
    ['the page saw its own run end', { ended: 'r1' }, { last: 'r1', version: 3 }, 'up to date'],
    ['the page saw its own run end before the watch did', { ended: 'r1' }, { active: turn('r1') }, 'ignore'],
    ['the page streams its own run', { live: true, runId: 'r1', streaming: 'r1' }, { active: turn('r1') }, 'ignore'],
    [
      'the page follows another run',
      { live: true, runId: 'r1', streaming: 'r1' },
      { active: turn('r1', ada) },
      'ignore',
    ],
    [
      'the streaming run has ended for the watch',
      { live: true, runId: 'r1', streaming: 'r1' },
      { active: turn('r2') },
      'missed',
    ],
    [
      'the page saw its own run end but missed an earlier one',
      { ended: 'r2', missed: true },
      { last: 'r2', version: 3 },
      'reload',
    ],
    [
      'the page’s question is queued behind another run',
      { live: true, runId: 'r2' },
      { active: turn('r1', ada) },
      'reload',
    ],
    [
      'the page’s question may not be accepted yet',
      { live: true, runId: 'r2', sending: true },
      { active: turn('r1', ada) },
      'ignore',
    ],
    ['the transcript is already loading', { reading: true }, { active: turn('r2') }, 'ignore'],
    ['the active run is about to be followed', { following: 'r2' }, { active: turn('r2') }, 'ignore'],
    ['the followed run ended unseen', { following: 'r2' }, { last: 'r2', version: 3 }, 'reload'],
    ['the page’s question is being answered', { live: true, runId: 'r2' }, { active: turn('r2') }, 'ignore'],
  ] as const)('%s', (_when, read, given, decision) => {
    expect(syncDecision(page(read), statusOf(given))).toBe(decision);
  });
});

test.each([
  ['keeps a pushed status that is newer than the loaded one', 3, 2, true, 'known'],
  ['keeps a pushed status of the same version, which reports the end of the run', 2, 2, true, 'known'],
  ['takes a loaded status of the same version while nothing is pushed', 2, 2, false, 'loaded'],
  ['takes a loaded status that is newer', 1, 2, true, 'loaded'],
] as const)('newerStatus %s', (_what, knownVersion, loadedVersion, isPushed, expected) => {
  const known = statusOf({ version: knownVersion, last: 'r2' });
  const loaded = statusOf({ version: loadedVersion, active: turn('r2') });
  expect(newerStatus(known, loaded, { isPushed })).toBe(expected === 'known' ? known : loaded);
  expect(newerStatus(null, loaded, { isPushed })).toBe(loaded);
});

test('withQueued adds a question unless the server has reported it', () => {
  const mine = turn('r9');
  expect(withQueued(statusOf({ queue: [turn('r2')] }), mine)?.queue).toEqual([turn('r2'), mine]);
  for (const reported of [{ active: mine }, { queue: [mine] }, { last: 'r9' }])
    expect(withQueued(statusOf(reported), mine)).toEqual(statusOf(reported));
  expect(withQueued(null, mine)).toBeNull();
});

test('activeOtherAuthor returns the author only if it is someone else', () => {
  expect(activeOtherAuthor(statusOf({ active: turn('r', ada) }), 'eli')).toEqual(ada);
  expect(activeOtherAuthor(statusOf({ active: turn('r', eli) }), 'eli')).toBeNull();
  expect(activeOtherAuthor(statusOf({}), 'eli')).toBeNull();
  expect(activeOtherAuthor(null, 'eli')).toBeNull();
});

test('splitQueued separates queued questions from the transcript', () => {
  const message = (id: string, role: 'user' | 'assistant', runId: string | null) => ({
    ...{ id, role, parts: [{ type: 'text' as const, content: `words ${id}` }] },
    ...(runId !== null && { metadata: { groundwire: { runId } } }),
  });
  const messages = [message('1', 'user', 'r1'), message('2', 'user', 'r2'), message('3', 'user', null)];
  const { shown, texts } = splitQueued(messages, [turn('r2', ada)]);
  expect(shown.map(({ id }) => id)).toEqual(['1', '3']);
  expect(toQueuedQuestions([turn('r2', ada), turn('r3')], texts)).toEqual([
    { runId: 'r2', author: ada, text: 'words 2' },
    { runId: 'r3', author: eli, text: null },
  ]);
});

test('parseStatus returns null for other values and drops turns without an author', () => {
  expect(parseStatus(undefined)).toBeNull();
  expect(parseStatus({ version: 2, active: { runId: 'r' }, queue: [turn('q'), null] })).toEqual({
    ...{ active: null, queue: [turn('q')], last: null, version: 2 },
  });
});

describe('isOwnTurn', () => {
  const state = (given: Partial<Parameters<typeof isOwnTurn>[0]>): Parameters<typeof isOwnTurn>[0] => ({
    ...{ live: true, runId: 'r1', me: ada, status: statusOf({ active: turn('r1', ada) }) },
    ...{ log: { activeRun: { id: 'r1' } }, sync: { following: null, ended: null } },
    ...given,
  });
  const others = statusOf({ active: turn('r1', eli) });

  test.each([
    ['is true while the page streams its own run', {}, true],
    [
      'is false after the run ended, even if the stream is still open',
      { log: { activeRun: null }, sync: { following: null, ended: 'r1' } },
      false,
    ],
    ['is false while someone else’s run streams', { status: others }, false],
    [
      'is false while someone else’s run is about to be followed',
      { status: others, log: { activeRun: null }, sync: { following: 'r1', ended: null } },
      false,
    ],
    ['is false if nothing streams', { live: false }, false],
    [
      'is true while queued behind a run that the page doesn’t show',
      { status: others, runId: 'r2', log: { activeRun: null } },
      true,
    ],
  ] as const)('%s', (_what, given, expected) => {
    expect(isOwnTurn(state(given))).toBe(expected);
  });
});
