// One turn: a provider's stream into the log, up to the events that end it.
// It decides nothing about rights or storage; it says how the stream ended and what it used.

import { AppError, type ErrorCode } from '../errors.ts';
import { logFailure } from '../log.ts';
import { estimateTokens } from '../providers/estimate-tokens.ts';
import { NO_USAGE, type Usage } from '../providers/models.ts';
import type { FinishReason, ModelRequest, Provider, ProviderEvent, Tries } from '../providers/provider.ts';
import type { AnswerWriter } from './answer-writer.ts';

/**
 * The longest answer that is kept, far above what is asked for: a provider that streams without end is cut off here.
 * Even if each character took six bytes in JSON it would fit into one row of the object's storage.
 */
const MAX_ANSWER_CHARS = 256 * 1024;

export type Ending =
  | { readonly status: 'complete'; readonly finish: 'stop' | 'length' }
  /** The model asks for tools. Only then are its calls whole, and only then may they run. */
  | { readonly status: 'complete'; readonly finish: 'tool-calls' }
  | { readonly status: 'stopped' }
  | { readonly status: 'interrupted' | 'failed'; readonly error: AppError };

export type Streamed = {
  readonly ending: Ending;
  /** The provider's latest count, null where it gave none. */
  readonly reported: Usage | null;
  /** False where the provider refused before it sent anything, and so will not charge. */
  readonly charged: boolean;
};

/** The reason with which a user's Stop aborts a turn; any other reason is an AppError. */
export const STOPPED = Symbol('stopped');

export async function streamAnswer(options: {
  provider: Provider;
  request: ModelRequest;
  signal: AbortSignal;
  writer: AnswerWriter;
  /** Sees each event before it is written. */
  observe?: (event: ProviderEvent) => void;
  tries?: Tries;
}): Promise<Streamed> {
  const { signal, writer, tries } = options;
  let reported: Usage | null = null;
  let begun = false;
  let length = 0;
  const ended = (ending: Ending): Streamed => ({
    ending,
    reported,
    charged: begun || signal.aborted || mayHaveWorked(ending),
  });
  try {
    for await (const events of options.provider.stream(options.request, signal, tries)) {
      begun = true;
      for (const event of events) {
        options.observe?.(event);
        if (event.type === 'usage') reported = event.usage;
        else if (event.type === 'finish') return ended(endingOf(event.reason, writer));
        else {
          length += 'delta' in event ? event.delta.length : 0;
          if (length > MAX_ANSWER_CHARS) throw tooLong();
          writer.write(event);
        }
      }
      // An adapter between two events does not look at the signal; what it already read is no longer wanted.
      signal.throwIfAborted();
    }
    throw new AppError('PROVIDER_BROKEN_STREAM');
  } catch (error) {
    if (signal.reason === STOPPED) return ended({ status: 'stopped' });
    const cause: unknown = signal.aborted ? signal.reason : error;
    if (!(cause instanceof AppError)) logFailure('turn failed', cause);
    return ended({ status: 'failed', error: cause instanceof AppError ? cause : new AppError('INTERNAL', { cause }) });
  }
}

/** A refusal says that nothing was done. Silence, and a reply that breaks off before its first event, do not. */
const mayHaveWorked = (ending: Ending): boolean =>
  !('error' in ending) || ending.error.code === 'PROVIDER_STALLED' || ending.error.code === 'PROVIDER_BROKEN_STREAM';

function endingOf(reason: FinishReason, writer: AnswerWriter): Ending {
  if (reason === 'refusal')
    return failed('PROVIDER_REFUSED', 'The model declined to answer this. Rephrase it, or choose another model.');
  if (reason === 'tool-calls' && writer.calls().length === 0) return failed('PROVIDER_BROKEN_STREAM');
  // To a reader an empty success looks like a fault of ours.
  if (writer.said() === '')
    return failed('PROVIDER_BROKEN_STREAM', 'The model ended without an answer. Retry to ask again.');
  return { status: 'complete', finish: reason };
}

const failed = (code: ErrorCode, detail?: string): Ending =>
  failedEnding(new AppError(code, detail === undefined ? {} : { detail }));

export const failedEnding = (error: AppError): Ending => ({ status: 'failed', error });

/** How a turn ends whose signal says that it is over; null where it may go on. */
export function abortedEnding({ reason }: AbortSignal): Ending | null {
  if (reason === STOPPED) return { status: 'stopped' };
  return reason instanceof AppError ? failedEnding(reason) : null;
}

const tooLong = (): AppError =>
  new AppError('PROVIDER_BROKEN_STREAM', { detail: 'The answer grew longer than an answer may be, and was cut off.' });

/** What the turn is charged for: the provider's own count where the answer is whole, else never less than what was streamed. */
export function usageOf(streamed: Streamed, promptTokens: number, said: string): Usage {
  const { reported } = streamed;
  if (!streamed.charged) return NO_USAGE;
  if (reported && streamed.ending.status === 'complete') return reported;
  const counted = reported ?? { ...NO_USAGE, inputTokens: promptTokens };
  return { ...counted, outputTokens: Math.max(counted.outputTokens, estimateTokens(said)), estimated: true };
}
