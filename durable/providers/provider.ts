// The interface of a model provider: a request in, batches of events out.
// Vendor names, wire formats and SDKs stay in this folder. An adapter never retries after its first event.

import type { ModelLimits } from '../contracts/ai-settings.ts';
import type { Usage } from '../contracts/usage.ts';
import type { AppError } from '../errors.ts';

export type ToolCall = {
  readonly id: string;
  readonly name: string;
  /** JSON text as the model wrote it. */
  readonly arguments: string;
};

/** The wire formats. Each has its own folder. */
export type WireName = 'anthropic' | 'chat-completions' | 'openai-responses';

/**
 * What a provider wants back with a part of its answer: a signature, encrypted reasoning, an id. Only its own wire reads the
 * payload. It is valid for the connection that sent it, is never shown or logged, and is never sent as text.
 */
export type PartState = {
  readonly wire: WireName;
  /** Identifies the address and key without containing the key; see `AnsweringModel`. */
  readonly connection: string;
  readonly model: string;
  /** JSON. Contains all that the wire needs to send the part again. */
  readonly payload: unknown;
};

/** A part of an answer, in the order in which the model wrote them. Reasoning is only ever sent as a provider's own state. */
export type AssistantPart =
  | { readonly type: 'text'; readonly text: string; readonly state?: PartState }
  | { readonly type: 'reasoning'; readonly state: PartState }
  | ({ readonly type: 'tool-call'; readonly state?: PartState } & ToolCall);

/** One message of the conversation as a model reads it. */
export type ModelMessage =
  | { readonly role: 'user'; readonly text: string }
  | { readonly role: 'assistant'; readonly parts: readonly AssistantPart[] }
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

/** Who a model answers. Ids of ours, so an adapter sends only a hash of them. */
export type Asker = { readonly orgId: string; readonly userId: string };

/**
 * What a conversation's requests for a model do since its provider refused one. State of earlier answers: the provider drops what no
 * longer fits (`drop-unbound`), or none is sent (`send-none`). No summary of the reasoning is asked for (`no-summary`). A remedy
 * is never taken back, because state with gaps is refused too.
 */
export const REMEDIES = ['drop-unbound', 'send-none', 'no-summary'] as const;
export type Remedy = (typeof REMEDIES)[number];

export type ModelRequest = {
  readonly model: string;
  readonly system: string;
  readonly messages: readonly ModelMessage[];
  readonly tools: readonly ModelTool[];
  /** Upper bound of the answer, in tokens. */
  readonly maxOutputTokens: number;
  /** How hard the model should think: one of the levels that the catalog has for it. Left out for models without levels. */
  readonly effort?: string;
  /** A stable id of the conversation, for providers that route their prompt cache by it. */
  readonly cacheKey: string;
  /** For providers that act on misuse by person. Left out where no person asks. */
  readonly asker?: Asker;
  /** The connection that it is sent to. State of other connections isn't sent. */
  readonly connection: string;
  /** Whether a call of the conversation has this id, also on a branch that isn't sent. */
  readonly isCallIdTaken?: (id: string) => boolean;
  /** Found earlier in the conversation, for this connection and model. */
  readonly remedies?: readonly Remedy[];
};

/** `unknown` is a reason that isn't known to be good, such as `error`. */
export type FinishReason =
  | 'stop'
  | 'tool-calls'
  | 'length'
  /** The model's context is full. */
  | 'context'
  /** The provider paused a long turn. */
  | 'paused'
  /** The model refused. */
  | 'refusal'
  /** The provider's safety filter blocked the answer. */
  | 'filter'
  | 'unknown';

/** Sent before the answer when one more remedy was needed, with all of them. Later requests of the conversation name them. */
export type RemedyEvent = { readonly type: 'remedies'; readonly remedies: readonly Remedy[] };

/** A batch of events with the remedies that were found before it. */
export const withRemedies = (
  events: readonly ProviderEvent[],
  remedies: readonly Remedy[] | null,
): readonly ProviderEvent[] => (remedies === null ? events : [{ type: 'remedies', remedies }, ...events]);

export type StateOf = { readonly part: 'text' | 'reasoning' } | { readonly part: 'tool-call'; readonly id: string };

export type ProviderEvent =
  | { readonly type: 'text'; readonly delta: string }
  | { readonly type: 'reasoning'; readonly delta: string }
  | { readonly type: 'tool-call-start'; readonly id: string; readonly name: string }
  | { readonly type: 'tool-call-args'; readonly id: string; readonly delta: string }
  /** The call is whole. Its arguments are as the model wrote them, which may not be a JSON object. */
  | { readonly type: 'tool-call-end'; readonly id: string }
  | RemedyEvent
  /**
   * State that ends a part: the last one of this type without state, or the call with this id. Reasoning that was only sent
   * as state, such as redacted reasoning, is a part of its own.
   */
  | { readonly type: 'state'; readonly of: StateOf; readonly wire: WireName; readonly payload: unknown }
  /**
   * Running totals of this request, each replacing the one before. Sent as soon as known and again at the end. If an
   * answer is stopped, breaks or stalls, a last `estimated` one is sent before the generator throws, so usage is always
   * counted.
   */
  | { readonly type: 'usage'; readonly usage: Usage }
  /**
   * The last event of a complete answer; a stream that ends without it throws PROVIDER_BROKEN_STREAM.
   * Tools run only after `tool-calls`: calls in an answer that was cut off at its length limit must not run.
   */
  | { readonly type: 'finish'; readonly reason: FinishReason };

/** Decides whether a failed request may be retried. */
export interface Tries {
  /** Called after a failure that a retry might not hit, before any of the answer has arrived. */
  mayRetry(failure: AppError): Promise<boolean>;
}

export interface Provider {
  /** The provider’s id in the registry, as stored in rows and usage: `anthropic`, `openai`, … */
  readonly name: string;
  /**
   * Streams one answer. Each yielded array holds the events of one network read, in order, never empty.
   * Aborting the signal aborts the upstream request and makes the generator throw the signal's reason.
   * @throws AppError with a PROVIDER_* code.
   */
  stream(request: ModelRequest, signal: AbortSignal, tries?: Tries): AsyncGenerator<readonly ProviderEvent[], void>;
  /**
   * The context that the server really gives a model, in tokens; null if it doesn't say. Absent if a provider's models have the
   * context that the catalog lists.
   */
  readonly readContext?: (model: string, signal: AbortSignal) => Promise<number | null>;
  /**
   * The limits of these models by the server's list of models, without those that it doesn't name or gives no limit. Absent if
   * the provider's list has no limits. @throws if the list can't be read
   */
  readonly readLimits?: (ids: readonly string[], signal: AbortSignal) => Promise<readonly ModelLimits[]>;
}
