// Summarizes a run for wires that support little but text: the text, pending approvals, decisions, token usage and the end.
// It takes one event at a time and returns what the event adds.
import type { Interrupt, TokenUsage } from '@ag-ui/core';
import * as z from 'zod';
import type { AgUiEvent } from '../../durable/conversation/log/events.ts';
import { ERRORS, type ErrorCode } from '../../durable/errors.ts';
import type { RunLog } from './run-log.ts';

/** A change that waits for approval. Its arguments are only shown: the server runs what it stored. */
export type Proposal = {
  readonly approvalId: string;
  readonly toolCallId: string;
  readonly toolName: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly title: string;
  readonly message: string;
  readonly expiresAt: string | null;
};

/** An approval's state after a run that decided it. */
export type Decision = Pick<z.infer<typeof Card>, 'approvalId' | 'toolCallId' | 'toolName' | 'state'>;

export type RunSummaryEnd =
  | { readonly kind: 'complete' }
  /** The answer isn't finished: it reached a limit on its length. */
  | { readonly kind: 'cut' }
  /** By the user. A stop by the product is a failure with a code. */
  | { readonly kind: 'stopped' }
  /** The model or its safety filter refused to go on. */
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly detail: string }
  | { readonly kind: 'waiting'; readonly proposals: readonly Proposal[] }
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly detail: string };

export type Addition =
  | { readonly kind: 'text' | 'reasoning'; readonly delta: string }
  | { readonly kind: 'end'; readonly end: RunSummaryEnd };

export type RunSummary = ReturnType<typeof createRunSummary>;

/** On these wires the steps of an answer are one text. */
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
  let end: RunSummaryEnd = LOST;

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
        // Our results are always text.
        if (typeof event.content === 'string') results.set(event.toolCallId, event.content);
        return null;
      case 'CUSTOM':
        if (event.name === 'confirmation') keepCard(event.value);
        return null;
      case 'RUN_FINISHED':
        return endWith(event.usage, endOf(event));
      case 'RUN_ERROR':
        return endWith(event.usage, failureOf(toErrorCode(event.code), event.message));
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

  function endWith(usage: readonly TokenUsage[] | undefined, ended: RunSummaryEnd): Addition {
    used = usage ?? [];
    end = ended;
    return { kind: 'end', end };
  }

  function endOf({ outcome, result }: Extract<AgUiEvent, { type: 'RUN_FINISHED' }>): RunSummaryEnd {
    if (outcome?.type === 'cancelled') return { kind: 'stopped' };
    if (outcome?.type === 'interrupt') return { kind: 'waiting', proposals: outcome.interrupts.map(toProposal) };
    return { kind: Finish.safeParse(result).data?.finishReason === 'length' ? 'cut' : 'complete' };
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
    /** The pending approvals. */
    proposals: () => (end.kind === 'waiting' ? end.proposals : []),
    end: () => end,
    decisions: (): Decision[] => [...cards.values()].filter(({ state }) => state !== 'pending'),
    /** A call's result as JSON; undefined if it has none. */
    resultOf: (toolCallId: string): string | undefined => results.get(toolCallId),
  };
}

const REFUSALS: readonly ErrorCode[] = ['MODEL_DECLINED', 'ANSWER_FILTERED'];

const failureOf = (code: ErrorCode, detail: string): RunSummaryEnd => ({
  kind: REFUSALS.includes(code) ? 'refused' : 'failed',
  code,
  detail,
});

const Finish = z.object({ finishReason: z.string() });

const LOST: RunSummaryEnd = { kind: 'failed', code: 'STREAM_LOST', detail: ERRORS.STREAM_LOST.detail };

const toErrorCode = (code: string | undefined): ErrorCode =>
  code !== undefined && code in ERRORS ? (code as ErrorCode) : 'INTERNAL';

/** Reads a run to its end. */
export async function readSummary(log: RunLog): Promise<RunSummary> {
  const summary = createRunSummary();
  for (let items = await log.next(); items; items = await log.next())
    for (const item of items) if (item !== 'alive') summary.take(item.event);
  return summary;
}
