// Remembers which prompt prefixes were seen, to count cache reads and writes as the providers do.
// It holds digests, never prompts, and a bounded number of them.
import { createHash } from 'node:crypto';
import { countTokens } from './tokens.ts';

/** One stretch of the prompt, in the order in which the provider reads it. */
export type Segment = { readonly text: string; readonly breakpoint: boolean };

export type PromptTokens = { readonly fresh: number; readonly cacheRead: number; readonly cacheWrite: number };

type PrefixCache = {
  /** Counts the prompt and remembers its prefixes up to its last breakpoint. `scope` keeps keys and models apart. */
  readonly read: (scope: string, segments: readonly Segment[]) => PromptTokens;
};

const LIFETIME_MS = 5 * 60_000;
const MAX_PREFIXES = 10_000;
/** What a message costs beside its text. */
const SEGMENT_OVERHEAD_TOKENS = 4;

export function createPrefixCache(options: { readonly minTokens: number; readonly now: () => number }): PrefixCache {
  const expiries = new Map<string, number>();

  return { read: readPrompt };

  function readPrompt(scope: string, segments: readonly Segment[]): PromptTokens {
    const prefixes = digestPrefixes(scope, segments);
    const total = prefixes.at(-1)?.tokens ?? 0;
    const seen = prefixes.findLast((prefix) => (expiries.get(prefix.digest) ?? 0) > options.now())?.tokens ?? 0;
    const kept = prefixes.filter((prefix) => prefix.breakpoint && prefix.tokens >= options.minTokens);
    const last = kept.at(-1)?.tokens ?? 0;
    for (const prefix of kept) remember(prefix.digest);
    const cacheRead = Math.min(seen, last);
    return { fresh: total - last, cacheRead, cacheWrite: last - cacheRead };
  }

  function remember(digest: string): void {
    expiries.delete(digest);
    expiries.set(digest, options.now() + LIFETIME_MS);
    for (const oldest of expiries.keys()) {
      if (expiries.size <= MAX_PREFIXES) return;
      expiries.delete(oldest);
    }
  }
}

function digestPrefixes(scope: string, segments: readonly Segment[]) {
  let digest = createHash('sha256').update(scope).digest('hex');
  let tokens = 0;
  return segments.map((segment) => {
    digest = createHash('sha256').update(digest).update(segment.text).digest('hex');
    tokens += countTokens(segment.text) + SEGMENT_OVERHEAD_TOKENS;
    return { digest, tokens, breakpoint: segment.breakpoint };
  });
}
