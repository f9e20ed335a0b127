// Writes one stream of a provider until it ends, and reports how it ended and what it used. It doesn't know about rights or
// storage.

import { NO_USAGE, type Usage } from '../../contracts/usage.ts';
import { AppError } from '../../errors.ts';
import { logFailure } from '../../log.ts';
import { estimateTokens } from '../../providers/models/estimate-tokens.ts';
import type { ModelRequest, Provider, ProviderEvent, Tries } from '../../providers/provider.ts';
import type { AnswerWriter } from '../log/answer-writer.ts';
import { type AnswerEnding, failedEnding, finishedEnding, STOPPED } from './ending.ts';

/**
 * The longest answer that is stored, far above the requested maximum: a provider that streams without end is cut off here.
 * Even at six bytes of JSON per character it fits into one row of the object's storage.
 */
const MAX_ANSWER_CHARS = 256 * 1024;

export type StreamResult = {
  readonly ending: AnswerEnding;
  /** The provider finished, so its count is final. */
  readonly isComplete: boolean;
  /** The provider's latest count; null if it gave none. */
  readonly reported: Usage | null;
  /** False if the request never left or was refused: the provider reported no usage for it, not even an estimated one. */
  readonly charged: boolean;
};

export async function writeAnswer(options: {
  provider: Provider;
  request: ModelRequest;
  signal: AbortSignal;
  writer: AnswerWriter;
  /** Sees each event before it is written. */
  observe?: (event: ProviderEvent) => void;
  tries?: Tries;
}): Promise<StreamResult> {
  const { signal, writer, tries } = options;
  let reported: Usage | null = null;
  let hasStarted = false;
  let length = 0;
  const ended = (ending: AnswerEnding, isComplete = false): StreamResult => ({
    ending,
    isComplete,
    reported,
    charged: hasStarted,
  });
  try {
    for await (const events of options.provider.stream(options.request, signal, tries)) {
      hasStarted = true;
      for (const event of events) {
        options.observe?.(event);
        if (event.type === 'usage') reported = event.usage;
        else if (event.type === 'remedies') continue;
        else if (event.type === 'state') writer.keepState(event, options.request);
        else if (event.type === 'finish') return ended(finishedEnding(event.reason, writer), true);
        else {
          const room = MAX_ANSWER_CHARS - length;
          length += 'delta' in event ? event.delta.length : 0;
          if (length > MAX_ANSWER_CHARS) {
            if (event.type === 'text' || event.type === 'reasoning')
              writer.write({ ...event, delta: event.delta.slice(0, room).replace(/[\uD800-\uDBFF]$/, '') });
            return ended({ kind: 'cut', cause: 'answer_size' });
          }
          writer.write(event);
        }
      }
      // An adapter doesn't check the signal between two events, so events that it has already read are dropped here.
      signal.throwIfAborted();
    }
    throw new AppError('PROVIDER_BROKEN_STREAM');
  } catch (error) {
    if (signal.reason === STOPPED) return ended({ kind: 'stopped' });
    const cause: unknown = signal.aborted ? signal.reason : error;
    if (!(cause instanceof AppError)) logFailure('answer.failed', cause);
    return ended(failedEnding(cause instanceof AppError ? cause : new AppError('INTERNAL', { cause })));
  }
}

/** What a request asked for: the estimated prompt, and the longest answer. */
type Asked = { readonly promptTokens: number; readonly maxOutputTokens: number };

/**
 * The usage that is charged: the provider's own count if the answer is complete, otherwise at least what was streamed. A count
 * that can't be right is replaced by our estimate; the answer is kept.
 */
export function usageOf(streamed: StreamResult, asked: Asked, received: string): Usage {
  if (!streamed.charged) return NO_USAGE;
  const reported = streamed.reported && inputIsPlausible(streamed.reported, asked) ? streamed.reported : null;
  const counted = reported ?? { ...NO_USAGE, inputTokens: asked.promptTokens };
  const written = estimateTokens(received);
  const outputTokens = streamed.reported?.outputTokens ?? 0;
  const isKnown = outputIsPlausible(outputTokens, asked, written);
  if (reported && isKnown && streamed.isComplete) return reported;
  return { ...counted, outputTokens: isKnown ? Math.max(outputTokens, written) : written, estimated: true };
}

// Our estimates err high, so a count far above them is an error of the server. One such count could use up a month.
const inputIsPlausible = (usage: Usage, { promptTokens }: Asked): boolean => {
  const input = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  return input > 0 && input <= 3 * promptTokens + 10_000;
};

const outputIsPlausible = (outputTokens: number, { maxOutputTokens }: Asked, written: number): boolean =>
  (outputTokens > 0 || written === 0) && outputTokens <= 2 * Math.max(maxOutputTokens, written) + 1_000;
