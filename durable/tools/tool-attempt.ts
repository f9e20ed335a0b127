// One attempt to run a tool. Writes its audit events and turns every outcome into the text the model reads.
import type { AuditEvent } from '../contracts/audit-event.ts';
import { logFailure } from '../log.ts';
import { cutResult } from './cut-result.ts';
import * as refusals from './refusals.ts';
import type { Tool, ToolLink, ToolRefusal } from './tool.ts';
import { type CallContext, type ToolEvent, type ToolMeta, toAuditEvent } from './tool-audit.ts';

/** `content` is JSON for the model in every outcome. */
export type ToolResult = {
  readonly kind: 'result';
  readonly content: string;
  /** A button for the page; null for most tools. */
  readonly link: ToolLink | null;
};

/** Nothing was changed. */
export type RefusedCall = {
  readonly kind: 'refused';
  readonly code: string;
  /** The same sentence for the user and the model. */
  readonly message: string;
  readonly content: string;
  /** False if the model can offer an alternative. */
  readonly isError: boolean;
  /** True if no further call in this turn can succeed. */
  readonly endsTurn: boolean;
};

/** The effect may or may not have happened. Don’t retry before the user has checked. */
export type UnknownOutcome = { readonly kind: 'unknown'; readonly message: string; readonly content: string };

export type ToolOutcome = ToolResult | RefusedCall | UnknownOutcome;

/** The size limit of one result (R33). */
const MAX_RESULT_BYTES = 32_768;

const LOST =
  'The database did not confirm this change, so it may or may not have been made. Do not repeat it. Ask the user to check the data first.';

type ToolAttemptDeps = { audit(event: AuditEvent): void; now(): number; newId(): string };
type KnownTool = { readonly parameters: unknown; readonly meta: ToolMeta };
type EventDetails = Partial<Pick<ToolEvent, 'result' | 'error'>>;

export type ToolAttempt = ReturnType<typeof startAttempt>;

export function startAttempt(
  deps: ToolAttemptDeps,
  context: CallContext,
  call: KnownTool & { readonly name: string; readonly startedAt?: number },
) {
  const startedAt = call.startedAt ?? deps.now();

  /** Returns the same attempt with more details for its audit events. */
  function withKnown(known: Partial<KnownTool>): ToolAttempt {
    return startAttempt(deps, context, { ...call, ...known, startedAt });
  }

  function note(event: ToolEvent['event'], details: EventDetails): void {
    const { name, parameters, meta } = call;
    const now = deps.now();
    const toolEvent = { event, tool: name, parameters, meta, durationMs: now - startedAt, ...details };
    deps.audit(toAuditEvent(context, toolEvent, { id: deps.newId(), now }));
  }

  function refuse(refusal: ToolRefusal, options: { readonly endsTurn?: boolean } = {}): RefusedCall {
    const { code, message, facts = {}, isOffer = false } = refusal;
    note('tool.refused', { error: code, result: { message, ...facts } });
    const shown = isOffer ? { message, ...facts } : { refused: true, code, message, ...facts };
    const content = cutResult(shown, MAX_RESULT_BYTES).text;
    return { kind: 'refused', code, message, content, isError: !isOffer, endsTurn: options.endsTurn ?? false };
  }

  /** Returns a tool’s result and audits it. */
  function complete(tool: Tool, data: unknown): ToolResult | RefusedCall {
    const shown = show(tool, data);
    if (!shown) return fail(new Error('the tool’s result does not match its output schema'));
    note('tool.completed', { result: shown.output });
    return shown.result;
  }

  /** Returns an effect’s result. The effect was audited in its own transaction, so it counts even if unreadable. */
  function report(tool: Tool, data: unknown): ToolResult {
    const shown = show(tool, data);
    if (shown) return shown.result;
    logFailure('tool.result_invalid', null, { tool: call.name });
    const content = JSON.stringify({ done: true, message: 'The change was made, but its result can’t be shown.' });
    return { kind: 'result', content, link: null };
  }

  function fail(error: unknown): RefusedCall {
    const known = refusals.refuseFault(error);
    if (known) return refuse(known);
    logFailure('tool.failed', error, { tool: call.name });
    note('tool.failed', { error: 'INTERNAL' });
    const { code, message } = refusals.refuse('INTERNAL', 'This tool failed on our side. Nothing was changed.');
    const content = JSON.stringify({ refused: true, code, message });
    return { kind: 'refused', code, message, content, isError: true, endsTurn: false };
  }

  function lose(): UnknownOutcome {
    note('tool.unknown', { error: 'UNKNOWN' });
    return { kind: 'unknown', message: LOST, content: JSON.stringify({ outcome: 'unknown', message: LOST }) };
  }

  return { with: withKnown, note, refuse, complete, report, fail, lose };
}

function show(tool: Tool, data: unknown): { readonly output: unknown; readonly result: ToolResult } | null {
  const output = tool.output.safeParse(data);
  if (!output.success || typeof output.data !== 'object' || output.data === null) return null;
  const link = 'link' in tool && tool.link ? tool.link(output.data) : null;
  const { text } = cutResult(output.data as Record<string, unknown>, MAX_RESULT_BYTES);
  return { output: output.data, result: { kind: 'result', content: text, link } };
}
