// An upper estimate of tokens without a tokenizer, for bounding history, reserving budget, and charging an answer
// whose count never came. It errs high on purpose; it is never used where the provider gave a number.
import type { Usage } from './models.ts';
import type { ModelMessage, ModelRequest, ModelTool } from './provider.ts';

// Byte-pair tokenizers never make more tokens than UTF-8 bytes. Inside that bound the weights follow what the public
// tokenizers (cl100k, o200k) do, plus room for those that cut finer: newer Claude ones make up to 1.35 times as many.
const LETTERS_PER_TOKEN = 3;
/** Words are shorter; longer runs, and pieces glued to what stands before them, are often keys, hashes, base64. */
const LONGEST_WORD = 12;
const LETTERS_PER_TOKEN_IN_NOISE = 1.5;
const SPACES_PER_TOKEN = 4;
/** Role marks and separators around one message. */
const TOKENS_PER_MESSAGE = 8;
/** What providers put around each tool, and once around the list. */
const TOKENS_PER_TOOL = 24;
const TOKENS_PER_TOOL_LIST = 600;

/** Tokens of a text, rather too many than too few. */
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
    // A capital after a small letter starts a new piece: camelCase, base64.
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
  // Digits, signs, line breaks, and the alphabets of two bytes a letter.
  if (code < 0x800) return 1;
  // A letter of three bytes, or half of a pair of four: an emoji or a rare ideograph.
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
  let tokens = TOKENS_PER_MESSAGE + estimateTokens(message.text);
  if (message.role !== 'assistant') return tokens;
  for (const call of message.toolCalls ?? []) {
    tokens += TOKENS_PER_MESSAGE + estimateTokens(call.name) + estimateTokens(call.arguments);
  }
  return tokens;
}

/**
 * The charge of a request whose final count never came: input as the provider reported it at the start, else estimated;
 * output from what was streamed. Reasoning that the provider did not show cannot be counted here.
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
