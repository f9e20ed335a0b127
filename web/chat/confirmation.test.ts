import { describe, expect, test } from 'vitest';
import { Problem } from '../problem.ts';
import { confirmationOf } from './confirmation.fixture.ts';
import { expiryLine, isOpen, laterConfirmation, parseConfirmation, refusalLine, secondsLeft } from './confirmation.ts';

describe('what the server tells of a confirmation', () => {
  test('is taken as it is', () => {
    const told = confirmationOf({ state: 'confirmed', decidedBy: 'Ada', decidedAt: '2026-05-03T10:00:00.000Z' });
    expect(parseConfirmation(JSON.parse(JSON.stringify(told)))).toEqual(told);
  });

  test('U27: every field keeps what it was and what it would be', () => {
    const details = [
      { label: 'Material', before: 'Steel', value: 'Aluminium' },
      { label: 'Name', value: 'Motor' },
    ];
    expect(parseConfirmation(confirmationOf({ card: { details } }))?.card.details).toEqual(details);
  });

  test.each([[null], ['text'], [{}], [{ approvalId: 'a', toolCallId: 't', card: {} }]])('%j is none', (value) => {
    expect(parseConfirmation(value)).toBeNull();
  });

  test('a state that this page does not know offers no click', () => {
    const parsed = parseConfirmation({ ...confirmationOf(), state: 'paused' });
    expect(parsed && isOpen(parsed)).toBe(false);
  });

  test('an action that this page does not know looks like the one that asks for most attention', () => {
    const told = confirmationOf();
    expect(parseConfirmation({ ...told, card: { ...told.card, action: 'burn' } })?.card.action).toBe('delete');
  });
});

describe('of two tellings', () => {
  const open = confirmationOf();
  const underway = confirmationOf({ decidedAt: '2026-05-03T10:00:00.000Z' });
  const confirmed = confirmationOf({ state: 'confirmed', decidedAt: '2026-05-03T10:00:00.000Z' });

  test.each([
    ['a decision replaces the question', open, confirmed, confirmed],
    ['a click on the way replaces the question', open, underway, underway],
    ['a replay of the question undoes no decision', confirmed, open, confirmed],
    ['a replay of the question undoes no click', underway, open, underway],
    ['an outcome replaces the click', underway, confirmed, confirmed],
  ])('%s', (_title, known, told, expected) => {
    expect(laterConfirmation(known, told)).toBe(expected);
  });

  test('an unknown outcome that is found out is replaced', () => {
    expect(laterConfirmation(confirmationOf({ state: 'unknown' }), confirmed)).toBe(confirmed);
  });
});

describe('expiry', () => {
  const confirmation = confirmationOf({ expiresAt: '2026-05-03T10:05:00.000Z' });
  const at = (time: string) => secondsLeft(confirmation, Date.parse(`2026-05-03T${time}Z`));

  test.each([
    ['10:00:00', 'Expires in 5 min'],
    ['10:04:30', 'Expires in 30 s'],
    ['10:05:00', 'Expires now'],
    ['10:09:00', 'Expires now'],
  ])('at %s: %s', (time, line) => {
    expect(expiryLine(at(time) ?? -1)).toBe(line);
  });

  test('without a time there is nothing to count', () => {
    expect(secondsLeft(confirmationOf({ expiresAt: '' }), 0)).toBeNull();
  });
});

describe('a click that was refused', () => {
  const refused = (status: number, code: string) =>
    refusalLine({
      kind: 'refused',
      decision: 'approve',
      problem: new Problem({ status, code, title: 'T', detail: 'The card is out of date.' }),
    });

  test('says that another one came first', () => {
    expect(refused(409, 'APPROVAL_DECIDED')).toContain('Already decided');
  });
  test('says that an unanswered click can be repeated', () => {
    expect(refused(0, 'UNREACHABLE')).toContain('at most once');
  });
  test('else says what the server says', () => {
    expect(refused(409, 'APPROVAL_STALE')).toBe('The card is out of date.');
  });
  test('one on the way has nothing to say', () => {
    expect(refusalLine({ kind: 'sending', decision: 'approve' })).toBeNull();
  });
});
