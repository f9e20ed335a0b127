// What to leave out of a request that the API refused, so that the same answer can still be asked for. A refused request costs
// nothing.
import { APIError } from 'openai';
import type { ResponseCreateParamsStreaming } from 'openai/resources/responses/responses';
import type { Remedy } from '../provider.ts';

/** Organizations that OpenAI hasn't verified get no summary. Reasoning of earlier answers is encrypted for one of them. */
export type Omission = Extract<Remedy, 'no-summary' | 'send-none'>;

export const omissionsOf = (remedies: readonly Remedy[] = []): Set<Omission> =>
  new Set(remedies.filter((remedy) => remedy !== 'drop-unbound'));

/** Null if leaving something out won't help. */
export function omissionAfter(error: unknown, sent: ResponseCreateParamsStreaming): Omission | null {
  if (!(error instanceof APIError) || (error.status !== 400 && error.status !== 404)) return null;
  const { message, code, param } = error;
  if (sent.reasoning?.summary && (param === 'reasoning.summary' || /reasoning.summar/i.test(message)))
    return 'no-summary';
  // A key of another organization, a model that can't read it or doesn't reason, or an item that the server looks for.
  const isAboutReasoning =
    code === 'invalid_encrypted_content' ||
    /encrypted.?content|\brs_\w+|'reasoning'|reasoning input items/i.test(message);
  return hasReasoning(sent) && isAboutReasoning ? 'send-none' : null;
}

const hasReasoning = ({ input }: ResponseCreateParamsStreaming): boolean =>
  Array.isArray(input) && input.some((item) => item.type === 'reasoning');

export function withoutOmitted(
  body: ResponseCreateParamsStreaming,
  omitted: ReadonlySet<Omission>,
): ResponseCreateParamsStreaming {
  let left = body;
  if (omitted.has('no-summary') && left.reasoning) {
    const { summary: _summary, ...reasoning } = left.reasoning;
    left = { ...left, reasoning };
  }
  if (omitted.has('send-none') && Array.isArray(left.input)) {
    // All of it: the API refuses gaps.
    left = { ...left, input: left.input.filter((item) => item.type !== 'reasoning') };
  }
  return left;
}
