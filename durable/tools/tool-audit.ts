// Turns tool calls into audit events. Parameters and results are included, cut to the size limit of a row.
import { type AuditEvent, auditEvent } from '../contracts/audit-event.ts';
import { cutResult } from './cut-result.ts';
import type { Tool, ToolContext } from './tool.ts';

/** The context of a call, recorded in its audit events. */
export type CallContext = ToolContext & {
  readonly runId: string;
  /** The model's message that made the call. Its audit event has the tokens. */
  readonly messageId: string | null;
  readonly requestId: string | null;
  readonly provider: string | null;
  readonly model: string | null;
};

/** Stored as `_meta`. `transactionId` is the effect's key in the journal. */
export type ToolMeta = {
  readonly callId: string | null;
  readonly actionType: string | null;
  readonly affectedItemIds: readonly string[];
  readonly wasConfirmed: boolean;
  readonly transactionId: string | null;
};

export type ToolEvent = {
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

export function toAuditEvent(context: CallContext, fact: ToolEvent, at: { id: string; now: number }): AuditEvent {
  return auditEvent({
    id: at.id,
    orgId: context.access.orgId,
    actorId: context.access.userId,
    event: fact.event,
    sessionId: context.sessionId,
    runId: context.runId,
    ...(context.messageId === null ? {} : { messageId: context.messageId }),
    requestId: context.requestId,
    programId: context.programId,
    designId: context.designId,
    provider: context.provider,
    model: context.model,
    error: fact.error ?? null,
    durationMs: Math.max(0, Math.round(fact.durationMs)),
    meta: fact.meta,
    createdAt: at.now,
    // Models make up tool names.
    tool: fact.tool.slice(0, MAX_NAME).toWellFormed(),
    parameters: cutValue(fact.parameters),
    ...(fact.result === undefined ? {} : { result: cutValue(fact.result) }),
  });
}

/** Columns of the audit row that a write's SQL function inserts in the same transaction. */
export function toAuditColumns(
  context: CallContext,
  effect: { readonly tool: string; readonly key: string; readonly input: unknown; readonly meta: ToolMeta },
): Readonly<Record<string, unknown>> {
  // The SQL function fills these in: it knows the affected items and the transaction.
  const { affectedItemIds: _affected, transactionId: _transaction, ...meta } = effect.meta;
  return {
    // Repeated attempts at one effect add a single row.
    id: `effect:${effect.key}`,
    event: 'tool.completed' satisfies AuditEvent['event'],
    actor_user_id: context.access.userId,
    session_id: context.sessionId,
    run_id: context.runId,
    message_id: context.messageId,
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

/** The value, cut if it is too large. */
function cutValue(value: unknown): unknown {
  if (value === undefined) return null;
  const { text, cut } = cutResult({ value }, MAX_VALUE_BYTES);
  return cut === null ? value : JSON.parse(text);
}
