// What a model provider is to the rest of the house: a request in, batches of events out.
// Vendor names, wires and SDKs stay in this folder; an adapter never retries after its first event.
import type { AppError } from '../errors.ts';
import type { Usage } from './models.ts';

export type ToolCall = {
  readonly id: string;
  readonly name: string /** JSON text as the model wrote it. */;
  readonly arguments: string;
};

/** One message of the conversation as a model reads it. */
export type ModelMessage =
  | { readonly role: 'user'; readonly text: string }
  | { readonly role: 'assistant'; readonly text: string; readonly toolCalls?: readonly ToolCall[] }
  | {
      readonly role: 'tool';
      readonly toolCallId: string;
      readonly toolName: string;
      readonly text: string;
      readonly isError?: boolean;
    };

/** A tool as the model sees it; `parameters` is a JSON Schema object. */
export type ModelTool = {
  readonly name: string;
  readonly description: string;
  readonly parameters: Record<string, unknown>;
};

export type ModelRequest = {
  readonly model: string;
  readonly system: string;
  readonly messages: readonly ModelMessage[];
  readonly tools: readonly ModelTool[];
  /** Upper bound of the answer, in tokens. */
  readonly maxOutputTokens: number;
  /** A stable id of the conversation, for providers that route their prompt cache by it. */
  readonly cacheKey: string;
};

export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'refusal';

export type ProviderEvent =
  | { readonly type: 'text'; readonly delta: string }
  | { readonly type: 'reasoning'; readonly delta: string }
  | { readonly type: 'tool-call-start'; readonly id: string; readonly name: string }
  | { readonly type: 'tool-call-args'; readonly id: string; readonly delta: string }
  /** Comes only after the arguments are whole and parse as a JSON object. */
  | { readonly type: 'tool-call-end'; readonly id: string }
  /**
   * Running totals of this request, replacing what came before: as soon as known and again at the end. An answer that
   * stops, breaks or stalls gets a last one too, `estimated`, before the generator throws, so that nothing goes uncounted.
   */
  | { readonly type: 'usage'; readonly usage: Usage }
  /**
   * The last event of a whole answer; a stream that ends without it throws PROVIDER_BROKEN_STREAM.
   * Tools run only after `tool-calls`: a call that ended in an answer cut by its length is not to be run.
   */
  | { readonly type: 'finish'; readonly reason: FinishReason };

/** Whoever must agree before a request that failed is sent once more. */
export interface Tries {
  /** Asked after a failure that a later try might not meet, and before any answer has begun. */
  mayRetry(failure: AppError): Promise<boolean>;
}

export interface Provider {
  /** The provider's id in the registry, as it stands in rows and usage: `anthropic`, `openai`, … */
  readonly name: string;
  /**
   * Streams one answer. Each yielded array holds the events of one network read, in order, never empty.
   * Aborting the signal aborts the upstream request and makes the generator throw the signal's reason.
   * @throws AppError with a PROVIDER_* code.
   */
  stream(request: ModelRequest, signal: AbortSignal, tries?: Tries): AsyncGenerator<readonly ProviderEvent[], void>;
}
