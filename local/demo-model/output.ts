// Lays an answer out as the pieces that go over a wire, cut where the request's output limit is.
import { randomUUID } from 'node:crypto';
import type { Answer } from './chat.ts';
import { splitPieces } from './tokens.ts';

export type Part =
  | { readonly kind: 'thinking'; readonly pieces: readonly string[] }
  | { readonly kind: 'text'; readonly pieces: readonly string[] }
  | { readonly kind: 'tool'; readonly id: string; readonly name: string; readonly pieces: readonly string[] };

export type Output = {
  readonly parts: readonly Part[];
  readonly outputTokens: number;
  readonly thinkingTokens: number;
  readonly reason: 'stop' | 'length' | 'tool-calls';
};

/** What a call costs beside its arguments: its name and the wire's own marks. */
const CALL_OVERHEAD_TOKENS = 8;

export function layOut(options: {
  readonly answer: Answer;
  readonly thinking: string;
  readonly maxTokens: number;
  readonly callIdPrefix: string;
}): Output {
  const whole: Part[] = [];
  if (options.thinking !== '') whole.push({ kind: 'thinking', pieces: splitPieces(options.thinking) });
  if (options.answer.text !== '') whole.push({ kind: 'text', pieces: splitPieces(options.answer.text) });
  for (const planned of options.answer.toolCalls) {
    const id = `${options.callIdPrefix}${randomUUID().replaceAll('-', '').slice(0, 24)}`;
    whole.push({ kind: 'tool', id, name: planned.name, pieces: splitPieces(JSON.stringify(planned.args)) });
  }
  return cutAt(whole, options.maxTokens);
}

function cutAt(whole: readonly Part[], maxTokens: number): Output {
  const parts: Part[] = [];
  let outputTokens = 0;
  let thinkingTokens = 0;
  for (const part of whole) {
    if (part.kind === 'tool') outputTokens += CALL_OVERHEAD_TOKENS;
    const room = maxTokens - outputTokens;
    if (room <= 0) return { parts, outputTokens: Math.min(outputTokens, maxTokens), thinkingTokens, reason: 'length' };
    const pieces = part.pieces.slice(0, room);
    parts.push({ ...part, pieces });
    outputTokens += pieces.length;
    if (part.kind === 'thinking') thinkingTokens += pieces.length;
    if (pieces.length < part.pieces.length) return { parts, outputTokens, thinkingTokens, reason: 'length' };
  }
  const reason = whole.some((part) => part.kind === 'tool') ? 'tool-calls' : 'stop';
  return { parts, outputTokens, thinkingTokens, reason };
}

/** The text that the parts say, or null when they only call tools. */
export function textOf(output: Output): string | null {
  const text = output.parts.filter((part) => part.kind === 'text');
  return text.length === 0 ? null : text.map((part) => part.pieces.join('')).join('');
}
