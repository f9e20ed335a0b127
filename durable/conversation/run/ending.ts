// Decides how an answer ends, from what the provider, the user or the product did. What is stored, sent and shown about an
// ending is derived from it here.

import type { CutCause, EndingKind, EndingRecord } from '../../contracts/ending.ts';
import type { MessageStatus } from '../../contracts/transcript.ts';
import { AppError, type ErrorCode } from '../../errors.ts';
import type { FinishReason } from '../../providers/provider.ts';
import type { AnswerWriter } from '../log/answer-writer.ts';

type FailureKind = Exclude<EndingKind, 'complete' | 'cut'>;

export type AnswerEnding =
  /** With tool calls, the run continues with another step. The calls are complete only now, so only now may they run. */
  | { readonly kind: 'complete'; readonly callsTools: boolean }
  | { readonly kind: 'cut'; readonly cause: CutCause }
  /** By the user's Stop. */
  | { readonly kind: 'stopped' }
  /** Stopped by the product, refused by the model, failed, interrupted, or at a limit. */
  | { readonly kind: FailureKind; readonly error: AppError };

/** The abort reason of a user's Stop. Any other reason is an AppError. */
export const STOPPED = Symbol('stopped');

/** Other codes are failures. */
const KINDS: Partial<Record<ErrorCode, FailureKind>> = {
  MODEL_DECLINED: 'refused',
  ANSWER_FILTERED: 'refused',
  TURN_LIMIT: 'limited',
  TIME_LIMIT: 'limited',
  QUOTA_EXCEEDED: 'limited',
  RUN_INTERRUPTED: 'interrupted',
  CONVERSATION_DELETED: 'stopped',
  ACCESS_REVOKED: 'stopped',
  FEATURE_DISABLED: 'stopped',
  ASSISTANT_DISABLED: 'stopped',
};

const CUTS: Partial<Record<FinishReason, CutCause>> = {
  length: 'output_limit',
  context: 'context_limit',
  paused: 'paused',
};

/** How an answer ends that the provider finished. Only the reasons that are known to be good are a success. */
export function finishedEnding(reason: FinishReason, writer: Pick<AnswerWriter, 'calls' | 'hasWords'>): AnswerEnding {
  const cut = CUTS[reason];
  if (cut) return { kind: 'cut', cause: cut };
  switch (reason) {
    case 'tool-calls':
      return writer.calls().length > 0 ? { kind: 'complete', callsTools: true } : failed('PROVIDER_BROKEN_STREAM');
    case 'stop':
      // An empty success would look like a failure of ours, and so would white space or reasoning without an answer.
      return writer.hasWords() ? { kind: 'complete', callsTools: false } : failed('PROVIDER_NO_ANSWER');
    case 'refusal':
      return failed('MODEL_DECLINED');
    case 'filter':
      return failed('ANSWER_FILTERED');
    default:
      return failed('PROVIDER_BROKEN_STREAM');
  }
}

const failed = (code: ErrorCode): AnswerEnding => failedEnding(new AppError(code));

export const failedEnding = (error: AppError): AnswerEnding => ({ kind: KINDS[error.code] ?? 'failed', error });

/** How an aborted run ends; null if it isn't aborted. */
export function abortedEnding({ reason }: AbortSignal): AnswerEnding | null {
  if (reason === STOPPED) return { kind: 'stopped' };
  return reason instanceof AppError ? failedEnding(reason) : null;
}

export const callsTools = (ending: AnswerEnding): boolean => ending.kind === 'complete' && ending.callsTools;

export const errorOf = (ending: AnswerEnding): AppError | null => ('error' in ending ? ending.error : null);

/** The coarse status that messages, runs and audit events have. */
export function statusOf(ending: AnswerEnding): Exclude<MessageStatus, 'streaming'> {
  if (ending.kind === 'complete' || ending.kind === 'cut') return 'complete';
  if (!('error' in ending)) return 'stopped';
  return ending.kind === 'interrupted' ? 'interrupted' : 'failed';
}

export function toRecord(ending: AnswerEnding, requestId: string | null): EndingRecord {
  if (ending.kind === 'complete') return { kind: 'complete', cause: null, requestId };
  if (ending.kind === 'cut') return { kind: 'cut', cause: ending.cause, requestId };
  return { kind: ending.kind, cause: errorOf(ending)?.code ?? 'user', requestId };
}
