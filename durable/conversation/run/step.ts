// The steps of a run: each answer of the model is a separate message, at the next position of the turn.

import { blankMessage, type MessagePlace, nextPosition, putMessage } from '../history/transcript.ts';
import { type AnswerWriter, createAnswerWriter } from '../log/answer-writer.ts';
import type { EventLog } from '../log/event-log.ts';
import type { Lease, Run } from './runs.ts';

export type Step = {
  readonly messageId: string;
  readonly place: MessagePlace;
  readonly writer: AnswerWriter;
  /** The lease that the request for this answer is charged to; null until a request is prepared. */
  readonly lease: Lease | null;
};

export type StepDeps = { readonly sql: SqlStorage; readonly log: Pick<EventLog, 'append'>; newId(): string };

export const createStep = (
  { log }: Pick<StepDeps, 'log'>,
  { runId, ordinal }: Pick<Run, 'runId' | 'ordinal'>,
  {
    messageId,
    position,
    lease = null,
  }: { readonly messageId: string; readonly position: number; readonly lease?: Lease | null },
): Step => ({
  messageId,
  place: { ordinal, position },
  writer: createAnswerWriter(messageId, (event) => log.append(runId, event)),
  lease,
});

export type Steps = ReturnType<typeof createSteps>;

/** Begins at the run's first answer, for which tokens may be reserved already. The current step is the only state. */
export function createSteps(
  deps: StepDeps,
  run: Pick<Run, 'runId' | 'ordinal' | 'assistantId'>,
  lease: Lease | null = null,
) {
  let current = createStep(deps, run, { messageId: run.assistantId, position: 1, lease });
  return {
    current: (): Step => current,
    chargeTo(lease: Lease): void {
      current = { ...current, lease };
    },
    /** Moves on to the run's next message. */
    next(): void {
      const { place, writer } = current;
      const position = freePosition(deps.sql, place, writer.calls().length);
      current = createStep(deps, run, { messageId: deps.newId(), position });
    },
    /** Restarts the same message; its text has not been shown. */
    restart(): void {
      const { messageId, place, lease } = current;
      current = { ...createStep(deps, run, { messageId, position: place.position }), lease };
    },
  };
}

/** Stores the step's message, still empty, with the model that answers now. */
export function storeBlank(sql: SqlStorage, run: Run, { messageId, place }: Step, createdAt: number): void {
  const blank = blankMessage({
    id: messageId,
    runId: run.runId,
    role: 'assistant',
    parts: [],
    status: 'streaming',
    createdAt,
  });
  putMessage(sql, place, { ...blank, model: run.model, provider: run.provider });
}

/** The position after a step and the replies to its calls. Calls that wait for the user have positions, but no row yet. */
export const freePosition = (sql: SqlStorage, step: MessagePlace, calls: number): number =>
  Math.max(step.position + calls + 1, nextPosition(sql, step.ordinal));
