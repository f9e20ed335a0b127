// Reads the events of a draft's run in order. After a lost connection it repeats the request from the last event; the
// server runs each run id only once.
import type { StreamEvent } from '../chat/answer/answer-metadata.ts';
import { readEvents } from '../event-stream.ts';
import { readProblem, unreachable } from '../problem.ts';

const BACKOFF_MS = [300, 700, 1_500, 3_000, 5_000] as const;
const GIVE_UP_MS = 60_000;

export type DraftStreamOptions = {
  /** Starts or resumes the run's stream, after the event with this id. */
  readonly open: (after: string | null, signal: AbortSignal) => Promise<Response>;
  readonly signal: AbortSignal;
  readonly onLink: (link: 'steady' | 'reconnecting') => void;
  readonly pause?: (ms: number) => Promise<void>;
  readonly now?: () => number;
};

/** @throws Problem if the server rejects the run or the connection can't be restored */
export async function* readDraft(options: DraftStreamOptions): AsyncGenerator<StreamEvent> {
  const { open, signal, onLink, now = Date.now, pause = (ms) => new Promise((done) => setTimeout(done, ms)) } = options;
  let after: string | null = null;
  let lostAt: number | null = null;
  for (let attempt = 0; !signal.aborted; attempt += 1) {
    const response: Response | null = await open(after, signal).catch(() => null);
    if (signal.aborted) return;
    // Once a run has started, gateway errors are worth retrying. A rejected first request is final.
    const hasStarted = after !== null || lostAt !== null;
    if (response && !response.ok && !(hasStarted && response.status >= 502)) throw await readProblem(response);
    if (response?.ok && response.body) {
      onLink('steady');
      for await (const { id, data } of readEvents(response.body)) {
        const event = JSON.parse(data) as StreamEvent;
        after = id ?? after;
        lostAt = null;
        attempt = 0;
        yield event;
        if (event.type === 'RUN_FINISHED' || event.type === 'RUN_ERROR') return;
      }
    }
    if (signal.aborted) return;
    lostAt ??= now();
    if (now() - lostAt > GIVE_UP_MS) throw unreachable();
    onLink('reconnecting');
    await pause(BACKOFF_MS[Math.min(attempt, BACKOFF_MS.length - 1)] ?? 5_000);
  }
}
