// How an answer ended, as it is stored, sent and shown. conversation/run/ending.ts decides it.
import * as z from 'zod';

export const ENDING_KINDS = ['complete', 'cut', 'stopped', 'refused', 'failed', 'interrupted', 'limited'] as const;
export type EndingKind = (typeof ENDING_KINDS)[number];

/** What cut an answer that the model had not finished. */
export const CUT_CAUSES = ['output_limit', 'context_limit', 'paused', 'answer_size'] as const;
export type CutCause = (typeof CUT_CAUSES)[number];

export const EndingRecord = z.object({
  kind: z.enum(ENDING_KINDS),
  /**
   * Null for a complete answer. What cut it, for a cut one. `user` if the user stopped it, `copied` for the copy of an answer
   * that was still being written. Otherwise a code from errors.ts.
   */
  cause: z.string().nullable(),
  /** The request that started the run; null if it isn't known. */
  requestId: z.string().nullable(),
});
export type EndingRecord = z.infer<typeof EndingRecord>;
