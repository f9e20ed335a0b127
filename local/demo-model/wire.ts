// What the two wires have in common: a request parsed, an answer encoded, an error worded.
import type { Chat } from './chat.ts';
import type { Output } from './output.ts';
import type { PromptTokens, Segment } from './prefix-cache.ts';

export type WireRequest = {
  readonly model: string;
  readonly stream: boolean;
  readonly maxTokens: number;
  /** The request asked the model to show its thinking. */
  readonly thinking: boolean;
  /** OpenAI only: a last chunk with the usage. */
  readonly includeUsage: boolean;
  readonly chat: Chat;
  readonly segments: readonly Segment[];
};

/** One write to the client; `token` frames are the ones that are paced and counted. */
export type Frame = { readonly text: string; readonly token: boolean };

export type Reply = { readonly request: WireRequest; readonly output: Output; readonly prompt: PromptTokens };

export type WireFailure = { readonly status: number; readonly message: string };

export type Wire = {
  readonly name: 'anthropic' | 'openai';
  readonly callIdPrefix: string;
  /** Prompts shorter than this are not cached. */
  readonly parse: (body: unknown) => WireRequest | WireFailure;
  readonly count: (tokens: PromptTokens) => PromptTokens;
  readonly encodeStream: (reply: Reply) => readonly Frame[];
  readonly encodeWhole: (reply: Reply) => unknown;
  readonly encodeError: (failure: WireFailure) => unknown;
};

export function isFailure(parsed: WireRequest | WireFailure): parsed is WireFailure {
  return 'status' in parsed;
}

export function sseFrame(options: { readonly event?: string; readonly data: unknown; readonly token: boolean }): Frame {
  const event = options.event === undefined ? '' : `event: ${options.event}\n`;
  const data = typeof options.data === 'string' ? options.data : JSON.stringify(options.data);
  return { text: `${event}data: ${data}\n\n`, token: options.token };
}
