// What a model's thinking needs in a request. Thinking blocks are returned exactly as they came, in their order, or not at all.
import * as z from 'zod';
import type { ModelEntry } from '../models/model-entry.ts';
import type { PartState, Remedy } from '../provider.ts';

/** The exact block, as the API wants it back. */
export const ThinkingBlock = z.discriminatedUnion('type', [
  z.object({ type: z.literal('thinking'), thinking: z.string(), signature: z.string() }),
  z.object({ type: z.literal('redacted_thinking'), data: z.string() }),
]);
export type ThinkingBlock = z.infer<typeof ThinkingBlock>;

export const blockOf = (state: PartState): ThinkingBlock | null => ThinkingBlock.safeParse(state.payload).data ?? null;

/** What the catalog knows about a model. */
export type ThinkingTraits = Pick<ModelEntry, 'thinking' | 'effort'>;

/** What is done about thinking that was refused. */
export type StateRemedy = Exclude<Remedy, 'no-summary'>;

export const stateRemedyOf = (remedies: readonly Remedy[] = []): StateRemedy | null =>
  remedies.find((remedy) => remedy !== 'no-summary') ?? null;

const BINDING_BETA = 'thinking-binding-controls-2026-08-01';

export type ThinkingConfig = {
  readonly type: 'adaptive';
  readonly display?: 'summarized';
  readonly block_binding?: { readonly prefix_mismatch_behavior: 'drop_block' };
};

/** Null for models that don't think unless asked: `adaptive` is a 400 at some of them. */
export function thinkingConfig(traits: ThinkingTraits | null, remedy: StateRemedy | null): ThinkingConfig | null {
  if (!traits || (traits.thinking.mode !== 'on' && traits.thinking.mode !== 'always')) return null;
  return {
    type: 'adaptive',
    // Otherwise the text of the thinking is left out, and people see silence.
    ...(traits.thinking.isHidden ? { display: 'summarized' as const } : {}),
    ...(remedy === 'drop-unbound' && traits.thinking.bindsPrefix
      ? { block_binding: { prefix_mismatch_behavior: 'drop_block' as const } }
      : {}),
  };
}

export const betasOf = (config: ThinkingConfig | null): string[] => (config?.block_binding ? [BINDING_BETA] : []);

/**
 * What to do when the API refuses the thinking of earlier answers: it is bound to the exact text before it, and that may have
 * changed. First the API drops the blocks that no longer fit; if that isn't possible, none is sent from then on.
 */
export function nextRemedy(
  error: unknown,
  tried: { readonly traits: ThinkingTraits | null; readonly remedy: StateRemedy | null; readonly hasThinking: boolean },
): StateRemedy | null {
  if (!tried.hasThinking || !isThinkingRefusal(error) || tried.remedy === 'send-none') return null;
  return tried.remedy === null && tried.traits?.thinking.bindsPrefix ? 'drop-unbound' : 'send-none';
}

function isThinkingRefusal(error: unknown): boolean {
  if (!(error instanceof Error) || !('status' in error) || error.status !== 400) return false;
  return /thinking|signature|block_binding|prefix/i.test(error.message);
}
