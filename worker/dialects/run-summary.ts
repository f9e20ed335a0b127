// What a run comes to on wires that know text and little else: the words, the cards that wait, what was decided, the use
// of tokens, the end. Events go in one by one; each says what it adds.
import type { Interrupt, TokenUsage } from '@ag-ui/core';
import { z } from 'zod';
import type { AgUiEvent } from '../../durable/conversation/events.ts';
import { ERRORS, type ErrorCode } from '../../durable/errors.ts';
import type { RunLog } from './run-log.ts';

/** A write that waits for the user. Its arguments are for show: what runs is what the server holds. */
export type Proposal = {
  readonly approvalId: string;
  readonly toolCallId: string;
  readonly toolName: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly title: string;
  readonly message: string;
  readonly expiresAt: string | null;
};

/** How a card stands after this run, where the run was about it. */
export type Decision = Pick<z.infer<typeof Card>, 'approvalId' | 'toolCallId' | 'toolName' | 'state'>;

export type RunEnd =
  /** Cut where the longest answer was reached. */
  | { readonly kind: 'complete'; readonly isCut: boolean }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'waiting'; readonly proposals: readonly Proposal[] }
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly detail: string };

export type Addition =
  | { readonly kind: 'text' | 'reasoning'; readonly delta: string }
  | { readonly kind: 'end'; readonly end: RunEnd };

export type RunSummary = ReturnType<typeof createRunSummary>;

/** Answers of several steps are one text on these wires. */
const BETWEEN_STEPS = '\n\n';

const Card = z.object({
  approvalId: z.string(),
  toolCallId: z.string(),
  toolName: z.string(),
  card: z.object({ title: z.string() }),
  state: z.string(),
});
const Input = z.record(z.string(), z.unknown()).catch({});

export function createRunSummary() {
  const cards = new Map<string, z.infer<typeof Card>>();
  const results = new Map<string, string>();
  let text = '';
  let reasoning = '';
  let step: string | null = null;
  let isNewStep = false;
  let used: readonly TokenUsage[] = [];
  let end: RunEnd = LOST;

  function take(event: AgUiEvent): Addition | null {
    switch (event.type) {
      case 'TEXT_MESSAGE_START':
        // A step may open its text more than once.
        isNewStep ||= text !== '' && event.messageId !== step;
        step = event.messageId;
        return null;
      case 'TEXT_MESSAGE_CONTENT':
        return say(event.delta);
      case 'REASONING_MESSAGE_CONTENT':
        reasoning += event.delta;
        return { kind: 'reasoning', delta: event.delta };
      case 'TOOL_CALL_RESULT':
        // Ours are always text.
        if (typeof event.content === 'string') results.set(event.toolCallId, event.content);
        return null;
      case 'CUSTOM':
        if (event.name === 'confirmation') keepCard(event.value);
        return null;
      case 'RUN_FINISHED':
        return endWith(event.usage, endOf(event));
      case 'RUN_ERROR':
        return endWith(event.usage, { kind: 'failed', code: toErrorCode(event.code), detail: event.message });
      default:
        return null;
    }
  }

  function say(said: string): Addition {
    const delta = isNewStep ? BETWEEN_STEPS + said : said;
    isNewStep = false;
    text += delta;
    return { kind: 'text', delta };
  }

  function keepCard(value: unknown): void {
    const card = Card.safeParse(value);
    if (card.success) cards.set(card.data.approvalId, card.data);
  }

  function endWith(usage: readonly TokenUsage[] | undefined, ended: RunEnd): Addition {
    used = usage ?? [];
    end = ended;
    return { kind: 'end', end };
  }

  function endOf({ outcome, result }: Extract<AgUiEvent, { type: 'RUN_FINISHED' }>): RunEnd {
    if (outcome?.type === 'cancelled') return { kind: 'stopped' };
    if (outcome?.type === 'interrupt') return { kind: 'waiting', proposals: outcome.interrupts.map(toProposal) };
    return { kind: 'complete', isCut: Finish.safeParse(result).data?.finishReason === 'length' };
  }

  function toProposal({ id, toolCallId, message, expiresAt, metadata }: Interrupt): Proposal {
    const card = cards.get(id);
    return {
      approvalId: id,
      toolCallId: toolCallId ?? '',
      toolName: card?.toolName ?? String(metadata?.['toolName'] ?? ''),
      input: Input.parse(metadata?.['input']),
      title: card?.card.title ?? '',
      message: message ?? '',
      expiresAt: expiresAt ?? null,
    };
  }

  return {
    take,
    text: () => text,
    reasoning: () => reasoning,
    /** Of each step. */
    usage: () => used,
    /** The cards that wait. */
    proposals: () => (end.kind === 'waiting' ? end.proposals : []),
    end: () => end,
    decisions: (): Decision[] => [...cards.values()].filter(({ state }) => state !== 'pending'),
    /** What a call was answered with, as JSON; undefined where it was not. */
    resultOf: (toolCallId: string): string | undefined => results.get(toolCallId),
  };
}

const Finish = z.object({ finishReason: z.string() });

const LOST: RunEnd = { kind: 'failed', code: 'STREAM_LOST', detail: ERRORS.STREAM_LOST.detail };

const toErrorCode = (code: string | undefined): ErrorCode =>
  code !== undefined && code in ERRORS ? (code as ErrorCode) : 'INTERNAL';

/** Reads a run to its end. */
export async function summarise(log: RunLog): Promise<RunSummary> {
  const summary = createRunSummary();
  for (let items = await log.next(); items; items = await log.next())
    for (const item of items) if (item !== 'alive') summary.take(item.event);
  return summary;
}
