import { describe, expect, test } from 'vitest';
import { Problem } from '../../problem.ts';
import { approvalFixture } from './approval.fixture.ts';
import {
  decisionErrorText,
  expiryText,
  isOpen,
  latestApproval,
  parseApproval,
  placeAmongAlike,
  secondsLeft,
} from './approval.ts';

describe('parseApproval', () => {
  test('keeps every field', () => {
    const fixture = approvalFixture({ state: 'confirmed', decidedBy: 'Ada', decidedAt: '2026-05-03T10:00:00.000Z' });
    expect(parseApproval(JSON.parse(JSON.stringify(fixture)))).toEqual(fixture);
  });

  test('keeps the old and new value of each detail (U27)', () => {
    const details = [
      { label: 'Material', before: 'Steel', value: 'Aluminium' },
      { label: 'Name', value: 'Motor' },
    ];
    expect(parseApproval(approvalFixture({ card: { details } }))?.card.details).toEqual(details);
  });

  test.each([[null], ['text'], [{}], [{ approvalId: 'a', toolCallId: 't', card: {} }]])(
    'returns null for %j',
    (value) => {
      expect(parseApproval(value)).toBeNull();
    },
  );

  test('offers no decision for an unknown state', () => {
    const parsed = parseApproval({ ...approvalFixture(), state: 'paused' });
    expect(parsed && isOpen(parsed)).toBe(false);
  });

  test('treats an unknown action as a deletion', () => {
    const fixture = approvalFixture();
    expect(parseApproval({ ...fixture, card: { ...fixture.card, action: 'burn' } })?.card.action).toBe('delete');
  });
});

describe('placeAmongAlike', () => {
  const pending = (approvalId: string, changed: Parameters<typeof approvalFixture>[0] = {}) =>
    approvalFixture({ approvalId, ...changed });

  test('counts pending approvals with the same title', () => {
    const all = [pending('a'), pending('b', { card: { title: 'Another' } }), pending('c')];
    expect(all.map((one) => placeAmongAlike(all, one))).toEqual(['1 of 2', null, '2 of 2']);
  });

  test('leaves out those that were decided', () => {
    const all = [pending('a', { state: 'confirmed' }), pending('b')];
    expect(all.map((one) => placeAmongAlike(all, one))).toEqual([null, null]);
  });
});

describe('latestApproval', () => {
  const open = approvalFixture();
  const underway = approvalFixture({ decidedAt: '2026-05-03T10:00:00.000Z' });
  const confirmed = approvalFixture({ state: 'confirmed', decidedAt: '2026-05-03T10:00:00.000Z' });
  const reopened = approvalFixture({ reopenedAt: '2026-05-03T10:00:20.000Z' });
  const underwayAgain = approvalFixture({
    decidedAt: '2026-05-03T10:00:30.000Z',
    reopenedAt: '2026-05-03T10:00:20.000Z',
  });

  test.each([
    ['replaces an open approval with its decision', open, confirmed, confirmed],
    ['replaces an open approval with a running one', open, underway, underway],
    ['keeps the decision when the open approval is replayed', confirmed, open, confirmed],
    ['keeps the running approval when the open one is replayed', underway, open, underway],
    ['replaces a running approval with its outcome', underway, confirmed, confirmed],
    ['replaces a running approval with the one that the server reopened', underway, reopened, reopened],
    ['keeps the reopened approval when the running one is replayed', reopened, underway, reopened],
    ['replaces a reopened approval that was decided again', reopened, underwayAgain, underwayAgain],
  ])('%s', (_title, known, next, expected) => {
    expect(latestApproval(known, next)).toBe(expected);
  });

  test('replaces an unknown outcome with the known one', () => {
    expect(latestApproval(approvalFixture({ state: 'unknown' }), confirmed)).toBe(confirmed);
  });
});

describe('expiry', () => {
  const approval = approvalFixture({ expiresAt: '2026-05-03T10:05:00.000Z' });
  const at = (time: string) => secondsLeft(approval, Date.parse(`2026-05-03T${time}Z`));

  test.each([
    ['10:00:00', 'Expires in 5 min'],
    ['10:04:30', 'Expires in 30 s'],
    ['10:05:00', 'Expires now'],
    ['10:09:00', 'Expires now'],
  ])('at %s: %s', (time, line) => {
    expect(expiryText(at(time) ?? -1)).toBe(line);
  });

  test('is null without an expiry time', () => {
    expect(secondsLeft(approvalFixture({ expiresAt: '' }), 0)).toBeNull();
  });
});

describe('decisionErrorText', () => {
  const refused = (status: number, code: string) =>
    decisionErrorText(approvalFixture(), {
      kind: 'refused',
      decision: 'approve',
      problem: new Problem({ status, code, title: 'T', detail: 'The card is out of date.' }),
    });

  test('says that it was already decided', () => {
    expect(refused(409, 'APPROVAL_DECIDED')).toContain('Already decided');
  });
  test('says that a lost decision can be repeated', () => {
    expect(refused(0, 'UNREACHABLE')).toContain('at most once');
  });
  test('shows the server’s message otherwise', () => {
    expect(refused(409, 'APPROVAL_STALE')).toBe('The card is out of date.');
  });
  test('is null while the decision is being sent', () => {
    expect(decisionErrorText(approvalFixture(), { kind: 'sending', decision: 'approve' })).toBeNull();
  });
  test('says that the server took the decision back', () => {
    const reopened = approvalFixture({ reopenedAt: '2026-05-03T10:00:20.000Z' });
    expect(decisionErrorText(reopened, undefined)).toBe(
      'We couldn’t check your access, so nothing was changed. Try again.',
    );
  });
  test('is null once the decision is being applied', () => {
    const underway = approvalFixture({ decidedAt: '2026-05-03T10:00:00.000Z' });
    const lost = new Problem({ status: 0, code: 'UNREACHABLE', title: 'T', detail: 'D' });
    expect(decisionErrorText(underway, { kind: 'refused', decision: 'approve', problem: lost })).toBeNull();
  });
});
