import { beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../errors.ts';
import { createRunGate } from './run-gate.ts';

function createTrial() {
  const calls: string[] = [];
  const log = {
    hold: () => void calls.push('hold'),
    release: () => void calls.push('release'),
    discard: () => void calls.push('discard'),
  };
  return { gate: createRunGate(log, 'r', 1_000), calls, log };
}

const REVOKED = new AppError('ACCESS_REVOKED');

describe('run gate', () => {
  beforeEach(() => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
  });

  it.each([
    ['rights', 'reservation'],
    ['reservation', 'rights'],
  ] as const)('holds the log until %s and then %s are open', async (first, second) => {
    const { gate, calls } = createTrial();
    expect(calls).toEqual(['hold']);
    gate[first].open();
    expect(calls).toEqual(['hold']);
    gate[second].open();
    expect(calls).toEqual(['hold', 'release']);
    expect(await gate.refusal()).toBeNull();
  });

  it('releases the log once when a lock is opened twice', () => {
    const { gate, calls } = createTrial();
    gate.rights.open();
    gate.reservation.open();
    gate.rights.open();
    expect(calls).toEqual(['hold', 'release']);
  });

  it.each(['rights', 'reservation'] as const)('aborts the run and never shows it when %s are refused', async (lock) => {
    const { gate, calls } = createTrial();
    gate[lock].refuse(REVOKED);
    gate[lock === 'rights' ? 'reservation' : 'rights'].open();
    expect(await gate.refusal()).toBe(REVOKED);
    expect(gate.signal.reason).toBe(REVOKED);
    expect(calls).toEqual(['hold']);
  });

  it('refuses the run when its log cannot be released', async () => {
    const { gate, log } = createTrial();
    log.release = () => {
      throw new Error('storage failed');
    };
    gate.rights.open();
    gate.reservation.open();
    expect((await gate.refusal())?.code).toBe('INTERNAL');
    expect(gate.signal.aborted).toBe(true);
  });

  it('lets one caller claim the reservation, and none once it is open', () => {
    const claimed = createTrial().gate;
    expect([claimed.claimReservation(), claimed.claimReservation()]).toEqual([true, false]);
    const opened = createTrial().gate;
    opened.reservation.open();
    expect(opened.claimReservation()).toBe(false);
  });

  it('shows nothing of a superseded answer, and lets its successor through', () => {
    const { gate, calls } = createTrial();
    gate.requireRestart();
    gate.rights.open();
    gate.reservation.open();
    expect(calls).toEqual(['hold']);
    gate.restart();
    expect(calls).toEqual(['hold', 'discard']);
  });

  it('still holds the successor of a superseded answer until its tokens are reserved', () => {
    const { gate, calls } = createTrial();
    gate.requireRestart();
    gate.rights.open();
    gate.restart();
    expect(calls).toEqual(['hold', 'discard', 'hold']);
    gate.reservation.open();
    expect(calls).toEqual(['hold', 'discard', 'hold', 'release']);
  });

  it('ends all waiting when the run has ended, and shows nothing that was held', async () => {
    const { gate, calls } = createTrial();
    gate.finish();
    expect(await gate.refusal()).toBeNull();
    expect(calls).toEqual(['hold']);
  });
});
