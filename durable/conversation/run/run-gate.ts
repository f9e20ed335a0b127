// Decides when a run may be shown. A model may be called on the last known rights and while the Budget still replies, but
// the run's log is held until the rights are confirmed and the tokens are reserved: nothing is shown and no tool runs. No
// other code holds or releases a log.

import { AppError } from '../../errors.ts';
import { logFailure } from '../../log.ts';
import type { EventLog } from '../log/event-log.ts';

export type RunGate = ReturnType<typeof createRunGate>;

/** Opened once, or refused once. A refusal aborts the run, and nothing of it is ever shown. */
export type Lock = {
  open(): void;
  refuse(refusal: AppError): void;
  /** Null once the lock is open, or the refusal. Never rejects. */
  readonly settled: Promise<AppError | null>;
};

/** Closes the gate of a run whose log is open and still empty. */
export function createRunGate(
  log: Pick<EventLog, 'hold' | 'release' | 'discard'>,
  runId: string,
  /** Tokens that the org may use in a month, as last known. */
  lastKnownLimit: number | null,
) {
  const controller = new AbortController();
  const closed = new Set<'rights' | 'reservation'>(['rights', 'reservation']);
  const rights = createLock('rights');
  const reservation = createLock('reservation');
  let limit = lastKnownLimit;
  let isReservationClaimed = false;
  let mustRestart = false;
  log.hold(runId);

  function createLock(name: 'rights' | 'reservation'): Lock & { finish(): void } {
    const { promise, resolve } = Promise.withResolvers<AppError | null>();

    function open(): void {
      if (!closed.delete(name)) return;
      try {
        if (closed.size === 0 && !mustRestart) log.release(runId);
        resolve(null);
      } catch (error) {
        logFailure('run.not_shown', error, { runId });
        refuse(new AppError('INTERNAL', { cause: error }));
      }
    }

    function refuse(refusal: AppError): void {
      controller.abort(refusal);
      resolve(refusal);
    }

    return { open, refuse, settled: promise, finish: () => resolve(null) };
  }

  return {
    rights,
    reservation,
    /** Aborted by Stop, by a refusal, or when the run takes too long. */
    signal: controller.signal,
    abort: (reason: unknown): void => controller.abort(reason),

    /** Null once the run may be shown, or the refusal that keeps it from being shown. */
    refusal: async (): Promise<AppError | null> => (await rights.settled) ?? (await reservation.settled),

    /** True for the one caller that must then settle the reservation's lock. */
    claimReservation(): boolean {
      if (isReservationClaimed || !closed.has('reservation')) return false;
      isReservationClaimed = true;
      return true;
    },

    /** The org's monthly limit. New reservations are checked against the last confirmed limit. */
    limit: () => limit,
    setLimit(confirmed: number | null): void {
      limit = confirmed;
    },

    /** The answer so far is from a model that the confirmed settings don't name: it stays hidden until `restart`. */
    requireRestart(): void {
      mustRestart = true;
    },

    /** Drops the hidden answer. Later output is shown as soon as the gate is open. */
    restart(): void {
      log.discard(runId);
      mustRestart = false;
      if (closed.size > 0) log.hold(runId);
    },

    /** Drops the output of a refused run. */
    discard: (): void => log.discard(runId),

    /** The run has ended, so waiting callers continue. */
    finish(): void {
      rights.finish();
      reservation.finish();
    },
  };
}
