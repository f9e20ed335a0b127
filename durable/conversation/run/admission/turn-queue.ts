// Runs one turn at a time, in the order of admission. Admission is synchronous: nothing can run between checking for a free
// place and taking it, so a burst never gets more places than there are.

/** Turns that can wait behind the running one. */
const MAX_WAITING = 8;

type QueuedRun = { readonly runId: string; readonly start: () => Promise<void> };

export type TurnQueue = ReturnType<typeof createTurnQueue>;

/** `changed` is called after each change of the running or waiting turns; it must not throw. */
export function createTurnQueue({
  maxWaiting = MAX_WAITING,
  changed = () => undefined,
}: {
  readonly maxWaiting?: number;
  readonly changed?: () => void;
} = {}) {
  const waiting: QueuedRun[] = [];
  let running: string | null = null;
  let last: string | null = null;

  /** Calls `start` when all earlier turns have ended. The queue continues whatever `start` does. Check `isFull` first. */
  function admit(runId: string, start: () => Promise<void>): void {
    waiting.push({ runId, start });
    if (running === null) next();
    else changed();
  }

  function next(): void {
    const turn = waiting.shift();
    last = running ?? last;
    running = turn?.runId ?? null;
    changed();
    // `start` is called in this tick, so that an empty queue doesn't delay the first token.
    if (turn) begin(turn).then(next, next);
  }

  /** Async, so that a `start` that throws synchronously ends its turn like any other. */
  async function begin(turn: QueuedRun): Promise<void> {
    await turn.start();
  }

  /** Removes a waiting turn; false if it is already running or was never admitted. */
  function withdraw(runId: string): boolean {
    const index = waiting.findIndex((turn) => turn.runId === runId);
    if (index < 0) return false;
    waiting.splice(index, 1);
    changed();
    return true;
  }

  return {
    admit,
    withdraw,
    isFull: () => waiting.length >= maxWaiting,
    running: () => running,
    /** The turns behind the running one, in order. */
    waiting: () => waiting.map(({ runId }) => runId),
    /** The turn that ran before. */
    last: () => last,
    idle: () => running === null,
  };
}
