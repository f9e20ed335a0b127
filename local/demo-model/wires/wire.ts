// The common part of both wires: the parsed request, the answer, and how the answer becomes tokens.
import { createHash, randomUUID } from 'node:crypto';

export type JsonObject = { readonly [key: string]: unknown };

export type DemoToolCall = { readonly id: string; readonly name: string; readonly args: JsonObject };

export type DemoMessage =
  | { readonly role: 'user'; readonly text: string }
  | { readonly role: 'assistant'; readonly text: string; readonly toolCalls: readonly DemoToolCall[] }
  | {
      readonly role: 'tool';
      readonly callId: string;
      readonly toolName: string;
      readonly text: string;
      readonly isError: boolean;
    };

/** `schema` is the JSON Schema of the arguments, as sent in the request. */
export type DemoTool = { readonly name: string; readonly description: string; readonly schema: JsonObject };

export type Chat = {
  readonly system: string;
  readonly messages: readonly DemoMessage[];
  readonly tools: readonly DemoTool[];
};

export type PlannedCall = { readonly name: string; readonly args: JsonObject };

/** An answer with calls means that the demo model needs their results in another request. */
export type ModelAnswer = { readonly text: string; readonly toolCalls: readonly PlannedCall[] };

export const say = (text: string): ModelAnswer => ({ text, toolCalls: [] });
export const call = (...toolCalls: readonly PlannedCall[]): ModelAnswer => ({ text: '', toolCalls });

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export type WireRequest = {
  readonly model: string;
  readonly stream: boolean;
  readonly maxTokens: number;
  /** The request asks the model to show its thinking. */
  readonly thinking: boolean;
  /** OpenAI only: the stream ends with a chunk of usage figures. */
  readonly includeUsage: boolean;
  readonly chat: Chat;
  readonly segments: readonly Segment[];
};

/** One write to the client. `token` frames are the ones that are paced and counted. */
export type Frame = { readonly text: string; readonly token: boolean };
export type WireReply = { readonly request: WireRequest; readonly output: WireOutput; readonly prompt: PromptTokens };
export type WireFailure = { readonly status: number; readonly message: string };

export type Wire = {
  readonly name: 'anthropic' | 'openai';
  readonly callIdPrefix: string;
  readonly parse: (body: unknown) => WireRequest | WireFailure;
  readonly count: (tokens: PromptTokens) => PromptTokens;
  readonly encodeStream: (reply: WireReply) => readonly Frame[];
  readonly encodeUnstreamed: (reply: WireReply) => unknown;
  readonly encodeError: (failure: WireFailure) => unknown;
};

export const isFailure = (parsed: WireRequest | WireFailure): parsed is WireFailure => 'status' in parsed;

export function sseFrame(options: { readonly event?: string; readonly data: unknown; readonly token: boolean }): Frame {
  const event = options.event === undefined ? '' : `event: ${options.event}\n`;
  const data = typeof options.data === 'string' ? options.data : JSON.stringify(options.data);
  return { text: `${event}data: ${data}\n\n`, token: options.token };
}

/** A piece includes the space before it; a long word is several pieces; a run of white space is one. */
const PIECE = / ?\p{L}{1,6}| ?\p{N}{1,3}|[^\S\n ]+|\n+| (?=\s)| ?[^\s\p{L}\p{N}]|\s/gu;

/**
 * Pieces of words instead of a tokenizer's tokens. They pace the stream and are counted as usage. Joined, they give the
 * text.
 */
export const splitPieces = (text: string): readonly string[] => text.match(PIECE) ?? [];
export const countTokens = (text: string): number => splitPieces(text).length;

export type OutputPart =
  | { readonly kind: 'thinking'; readonly pieces: readonly string[] }
  | { readonly kind: 'text'; readonly pieces: readonly string[] }
  | { readonly kind: 'tool'; readonly id: string; readonly name: string; readonly pieces: readonly string[] };

export type WireOutput = {
  readonly parts: readonly OutputPart[];
  readonly outputTokens: number;
  readonly thinkingTokens: number;
  readonly reason: 'stop' | 'length' | 'tool-calls';
};

/** Tokens of a call besides its arguments. */
const CALL_OVERHEAD_TOKENS = 8;

/** The answer in the pieces that are sent, cut at the request's output limit. */
export function layOut(options: {
  readonly answer: ModelAnswer;
  readonly thinking: string;
  readonly maxTokens: number;
  readonly callIdPrefix: string;
}): WireOutput {
  const { answer, thinking, maxTokens } = options;
  const whole: OutputPart[] = [];
  if (thinking !== '') whole.push({ kind: 'thinking', pieces: splitPieces(thinking) });
  if (answer.text !== '') whole.push({ kind: 'text', pieces: splitPieces(answer.text) });
  for (const { name, args } of answer.toolCalls) {
    const id = `${options.callIdPrefix}${randomUUID().replaceAll('-', '').slice(0, 24)}`;
    whole.push({ kind: 'tool', id, name, pieces: splitPieces(JSON.stringify(args)) });
  }

  const parts: OutputPart[] = [];
  let outputTokens = 0;
  let thinkingTokens = 0;
  for (const part of whole) {
    if (part.kind === 'tool') outputTokens += CALL_OVERHEAD_TOKENS;
    const pieces = part.pieces.slice(0, Math.max(0, maxTokens - outputTokens));
    if (pieces.length > 0) parts.push({ ...part, pieces });
    outputTokens += pieces.length;
    if (part.kind === 'thinking') thinkingTokens += pieces.length;
    if (pieces.length < part.pieces.length)
      return { parts, outputTokens: Math.min(outputTokens, maxTokens), thinkingTokens, reason: 'length' };
  }
  return { parts, outputTokens, thinkingTokens, reason: answer.toolCalls.length > 0 ? 'tool-calls' : 'stop' };
}

/** A part of the prompt, in the order in which the provider reads it. */
export type Segment = { readonly text: string; readonly breakpoint: boolean };
export type PromptTokens = { readonly fresh: number; readonly cacheRead: number; readonly cacheWrite: number };

const CACHE_LIFETIME_MS = 5 * 60_000;
const MAX_CACHED_PREFIXES = 10_000;
/** Tokens of a message besides its text. */
const SEGMENT_OVERHEAD_TOKENS = 4;

/**
 * Counts prompt tokens like hosted models, including what their prompt cache would have had. `scope` separates keys and
 * models.
 */
export function createPrefixCache(options: { readonly minTokens: number; readonly now: () => number }) {
  const expiries = new Map<string, number>();

  return { read: readPrompt };

  function readPrompt(scope: string, segments: readonly Segment[]): PromptTokens {
    const prefixes = digestPrefixes(scope, segments);
    const total = prefixes.at(-1)?.tokens ?? 0;
    const seen = prefixes.findLast(({ digest }) => (expiries.get(digest) ?? 0) > options.now())?.tokens ?? 0;
    const kept = prefixes.filter(({ breakpoint, tokens }) => breakpoint && tokens >= options.minTokens);
    const last = kept.at(-1)?.tokens ?? 0;
    for (const { digest } of kept) remember(digest);
    const cacheRead = Math.min(seen, last);
    return { fresh: total - last, cacheRead, cacheWrite: last - cacheRead };
  }

  function remember(digest: string): void {
    expiries.delete(digest);
    expiries.set(digest, options.now() + CACHE_LIFETIME_MS);
    for (const oldest of expiries.keys()) {
      if (expiries.size <= MAX_CACHED_PREFIXES) return;
      expiries.delete(oldest);
    }
  }
}

function digestPrefixes(scope: string, segments: readonly Segment[]) {
  let digest = createHash('sha256').update(scope).digest('hex');
  let tokens = 0;
  return segments.map(({ text, breakpoint }) => {
    digest = createHash('sha256').update(digest).update(text).digest('hex');
    tokens += countTokens(text) + SEGMENT_OVERHEAD_TOKENS;
    return { digest, tokens, breakpoint };
  });
}
