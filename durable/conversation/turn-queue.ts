// One turn at a time, in the order of admission. Admission is synchronous: between asking for a place and
// taking it nothing else can run, so a burst never gets more places than there are.

/** Turns that may wait behind the one that runs. */
const MAX_WAITING = 8;

type Turn = { readonly runId: string; readonly start: () => Promise<void> };

export type TurnQueue = ReturnType<typeof createTurnQueue>;

/** `changed` is called after each change of who runs and who waits; it must not throw. */
export function createTurnQueue({
  maxWaiting = MAX_WAITING,
  changed = () => undefined,
}: {
  readonly maxWaiting?: number;
  readonly changed?: () => void;
} = {}) {
  const waiting: Turn[] = [];
  let running: string | null = null;
  let last: string | null = null;

  /** Runs `start` when all admitted before it have ended. The queue goes on whatever `start` does. Check `isFull` first. */
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
    // `start` is called in this very tick, so that a free queue adds nothing to the first token.
    if (turn) begin(turn).then(next, next);
  }

  /** Async, so that a `start` that throws at once ends its turn like any other. */
  async function begin(turn: Turn): Promise<void> {
    await turn.start();
  }

  /** Takes a waiting turn out; false where it runs already or was never admitted. */
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
    /** Those behind the one that runs, in their order. */
    waiting: () => waiting.map(({ runId }) => runId),
    /** The one that ran before. */
    last: () => last,
    idle: () => running === null,
  };
}
