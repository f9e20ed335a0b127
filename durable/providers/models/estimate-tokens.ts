// Estimates tokens without a tokenizer: to limit the history, reserve budget, and charge answers without a final count.
// Deliberately high. Never used when the provider reported a count.

import type { Usage } from '../../contracts/usage.ts';
import type { AssistantPart, ModelMessage, ModelRequest, ModelTool } from '../provider.ts';

// Byte-pair tokenizers never produce more tokens than UTF-8 bytes. Below that limit the weights follow the public tokenizers
// (cl100k, o200k), with room for newer Claude ones, which produce up to 1.35 times as many.
const LETTERS_PER_TOKEN = 3;
/** Words are shorter. Longer runs, and pieces with no space before them, are often keys, hashes or base64. */
const LONGEST_WORD = 12;
const LETTERS_PER_TOKEN_IN_NOISE = 1.5;
const SPACES_PER_TOKEN = 4;
/** Role marks and separators around one message. */
const TOKENS_PER_MESSAGE = 8;
/** The text that providers add to each tool and once to the list. */
const TOKENS_PER_TOOL = 24;
const TOKENS_PER_TOOL_LIST = 600;

/** Signatures and encrypted reasoning are longer than the reasoning that a provider counts. */
const STATE_CHARS_PER_TOKEN = 4;

/** Tokens in a text, overestimated rather than underestimated. */
export function estimateTokens(text: string): number {
  let tokens = 0;
  let letters = 0;
  let spaces = 0;
  let isGlued = false;
  let previousLower = false;

  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const lower = code >= 0x61 && code <= 0x7a;
    const letter = lower || (code >= 0x41 && code <= 0x5a);
    // A capital after a lowercase letter usually starts a new token: camelCase, base64.
    const startsPiece = letter && previousLower && !lower;
    if (letters > 0 && (!letter || startsPiece)) {
      tokens += tokensOfLetters(letters, isGlued);
      letters = 0;
      isGlued = startsPiece;
    }
    if (spaces > 0 && code !== 0x20) {
      // A single space joins the word after it.
      if (spaces > 1 || !letter) tokens += Math.ceil(spaces / SPACES_PER_TOKEN);
      spaces = 0;
    }
    previousLower = lower;
    if (letter) letters++;
    else if (code === 0x20) spaces++;
    else tokens += tokensOfUnit(code);
    if (!letter) isGlued = code >= 0x30 && code <= 0x39;
  }
  return tokens + tokensOfLetters(letters, isGlued) + Math.ceil(spaces / SPACES_PER_TOKEN);
}

function tokensOfLetters(letters: number, isGlued: boolean): number {
  const word = isGlued ? 0 : Math.min(letters, LONGEST_WORD);
  return Math.ceil(word / LETTERS_PER_TOKEN + (letters - word) / LETTERS_PER_TOKEN_IN_NOISE);
}

/** One UTF-16 unit that is neither a Latin letter nor a space. */
function tokensOfUnit(code: number): number {
  // Digits, punctuation, line breaks, and letters of two UTF-8 bytes.
  if (code < 0x800) return 1;
  // A letter of three UTF-8 bytes, or half of a surrogate pair: an emoji or a rare ideograph.
  return 2;
}

/** Input tokens of a whole request. */
export function estimateRequestTokens(request: ModelRequest): number {
  let tokens = TOKENS_PER_MESSAGE + estimateTokens(request.system);
  for (const message of request.messages) tokens += estimateMessageTokens(message);
  if (request.tools.length > 0) tokens += TOKENS_PER_TOOL_LIST;
  for (const tool of request.tools) tokens += estimateToolTokens(tool);
  return tokens;
}

/** A tool is the same object in every request, and its schema is long. */
const toolTokens = new WeakMap<ModelTool, number>();

function estimateToolTokens(tool: ModelTool): number {
  const known = toolTokens.get(tool);
  if (known !== undefined) return known;
  const tokens = TOKENS_PER_TOOL + estimateTokens(tool.name + tool.description + JSON.stringify(tool.parameters));
  toolTokens.set(tool, tokens);
  return tokens;
}

export function estimateMessageTokens(message: ModelMessage): number {
  if (message.role !== 'assistant') return TOKENS_PER_MESSAGE + estimateTokens(message.text);
  return message.parts.reduce((sum, part) => sum + estimatePartTokens(part), TOKENS_PER_MESSAGE);
}

function estimatePartTokens(part: AssistantPart): number {
  switch (part.type) {
    case 'text':
      return estimateTokens(part.text);
    case 'reasoning':
      return Math.ceil(JSON.stringify(part.state.payload).length / STATE_CHARS_PER_TOKEN);
    case 'tool-call':
      return TOKENS_PER_MESSAGE + estimateTokens(part.name) + estimateTokens(part.arguments);
  }
}

/**
 * The usage of a request without a final count. The input is the provider's count from the start if there is one, otherwise
 * an estimate; the output is estimated from the streamed text. Hidden reasoning can't be counted.
 */
export function estimateUsage(request: ModelRequest, known: Usage | null, streamed: string): Usage {
  const output = estimateTokens(streamed);
  if (known) return { ...known, outputTokens: Math.max(known.outputTokens, output), estimated: true };
  return {
    inputTokens: estimateRequestTokens(request),
    outputTokens: output,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    reasoningTokens: 0,
    estimated: true,
  };
}
