// What the audit log gets to know of a tool call. Parameters and results are kept, cut to what a row may weigh.
import type { AuditEvent } from '../audit/audit-event.ts';
import { cutResult } from './cut-result.ts';
import type { Tool, ToolContext } from './tool.ts';

/** Where a call comes from, which its audit rows tell. */
export type CallContext = ToolContext & {
  readonly runId: string;
  readonly requestId: string | null;
  readonly provider: string | null;
  readonly model: string | null;
};

/** `_meta` of a row: what kind of act it was, on what, by whose click, in which transaction. */
export type ToolMeta = {
  readonly callId: string | null;
  readonly actionType: string | null;
  readonly affectedItemIds: readonly string[];
  readonly wasConfirmed: boolean;
  readonly transactionId: string | null;
};

export type ToolFact = {
  readonly event: Extract<AuditEvent['event'], `tool.${string}`>;
  readonly tool: string;
  readonly parameters: unknown;
  readonly result?: unknown;
  /** The code of a refusal or failure. */
  readonly error?: string;
  readonly durationMs: number;
  readonly meta: ToolMeta;
};

const MAX_NAME = 64;
const MAX_VALUE_BYTES = 8_192;

export function toAuditEvent(context: CallContext, fact: ToolFact, at: { id: string; now: number }): AuditEvent {
  return {
    id: at.id,
    orgId: context.access.orgId,
    actorId: context.access.userId,
    event: fact.event,
    sessionId: context.sessionId,
    runId: context.runId,
    requestId: context.requestId,
    programId: context.programId,
    designId: context.designId,
    provider: context.provider,
    model: context.model,
    usage: null,
    costMicros: null,
    priceVersion: null,
    error: fact.error ?? null,
    durationMs: Math.max(0, Math.round(fact.durationMs)),
    meta: fact.meta,
    createdAt: at.now,
    // A model may call a tool by any name.
    tool: fact.tool.slice(0, MAX_NAME).toWellFormed(),
    parameters: cutValue(fact.parameters),
    ...(fact.result === undefined ? {} : { result: cutValue(fact.result) }),
  };
}

/** Columns of the row that a write's own SQL function inserts, in the transaction of its effect. */
export function toAuditColumns(
  context: CallContext,
  effect: { readonly tool: string; readonly key: string; readonly input: unknown; readonly meta: ToolMeta },
): Readonly<Record<string, unknown>> {
  // The database knows better what was touched and in which transaction, and fills them in.
  const { affectedItemIds: _affected, transactionId: _transaction, ...meta } = effect.meta;
  return {
    // One effect, one row, however often it is tried.
    id: `effect:${effect.key}`,
    event: 'tool.completed' satisfies AuditEvent['event'],
    actor_user_id: context.access.userId,
    session_id: context.sessionId,
    run_id: context.runId,
    program_id: context.programId,
    design_id: context.designId,
    tool: effect.tool,
    provider: context.provider,
    model: context.model,
    parameters: effect.input,
    request_id: context.requestId,
    _meta: meta,
  };
}

export function toMeta(
  tool: Tool | undefined,
  input: unknown,
  known: { callId?: string; wasConfirmed?: boolean; transactionId?: string },
): ToolMeta {
  return {
    callId: known.callId ?? null,
    actionType: (tool?.effect === 'write' ? tool.action : tool?.effect) ?? null,
    affectedItemIds: (input !== undefined && tool?.affected?.(input)) || [],
    wasConfirmed: known.wasConfirmed ?? false,
    transactionId: known.transactionId ?? null,
  };
}

/** The value itself where it is small, else what is left of it. */
function cutValue(value: unknown): unknown {
  if (value === undefined) return null;
  const { text, cut } = cutResult({ value }, MAX_VALUE_BYTES);
  return cut === null ? value : JSON.parse(text);
}
