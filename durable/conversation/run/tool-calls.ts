// Runs the tool calls between two answers of the model. Each outcome is committed and shown as soon as it is known, and a
// write becomes an approval that waits for the user. The tool runner decides what a tool may do.

import type { AuditEvent } from '../../contracts/audit-event.ts';
import type { TranscriptMessage } from '../../contracts/transcript.ts';
import { addToOutbox, type OutboxItem } from '../../outbox/outbox.ts';
import type { ToolCall } from '../../providers/provider.ts';
import type { ProposedCall } from '../../tools/run-tool.ts';
import type { Tool } from '../../tools/tool.ts';
import type { ToolOutcome } from '../../tools/tool-attempt.ts';
import type { CallContext } from '../../tools/tool-audit.ts';
import type { TurnLimits } from '../../tools/turn-limits.ts';
import { getApproval, insertApproval, type StoredApproval, toConfirmation } from '../approvals/approvals.ts';
import { STOPPED_OUTCOME } from '../approvals/unexecuted.ts';
import { storedMessage, toolAudits } from '../audit-events.ts';
import type { ConversationDeps, LiveRun } from '../deps.ts';
import type { MessagePlace } from '../history/transcript.ts';
import type { AgUiEvent } from '../log/events.ts';
import type { Run } from './runs.ts';

type ToolReplyOf = { readonly call: Pick<ToolCall, 'id' | 'name'>; readonly outcome: ToolOutcome };

export type ReplyDeps = Pick<ConversationDeps, 'sql' | 'session' | 'log' | 'now' | 'newId'>;

export type ToolCallDeps = ReplyDeps & Pick<ConversationDeps, 'openTools' | 'transaction'>;

export type ToolCallsDone = {
  /** Approvals that wait for the user. */
  readonly waiting: readonly StoredApproval[];
  /** True if the run has used up its tool limits. */
  readonly isSpent: boolean;
};

/**
 * Runs the calls of the committed step in parallel.
 * @throws if storing fails, after all of them have ended
 */
export async function runToolCalls(
  deps: ToolCallDeps,
  { assignment, steps, access, gate }: LiveRun,
  options: { readonly tools: readonly Tool[]; readonly limits: TurnLimits },
): Promise<ToolCallsDone> {
  const step = steps.current();
  const run = assignment.run();
  const settled = await Promise.allSettled(
    step.writer.calls().map(async (call, index): Promise<StoredApproval | boolean | null> => {
      const audits: AuditEvent[] = [];
      const runner = deps.openTools({ ...options, audit: (event) => audits.push(event) });
      const proposed = await runner.propose(contextOf(run, access, step.messageId), call);
      // An aborted run requests no approvals.
      const outcome = proposed.kind === 'approval' && gate.signal.aborted ? STOPPED_OUTCOME : proposed;
      const place = { ordinal: step.place.ordinal, position: step.place.position + 1 + index };
      if (outcome.kind !== 'approval') return commitReply(deps, run, { call, place, outcome, audits });
      return commitApproval(deps, run, { messageId: step.messageId, call, place, approval: outcome, audits });
    }),
  );
  const results = settled.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
  return {
    waiting: results.filter((result) => typeof result === 'object' && result !== null),
    isSpent: results.includes(true),
  };
}

/** The acting user and the run, for tools and audit events. */
export const contextOf = (run: Run, access: CallContext['access'], messageId: string): CallContext => ({
  access,
  sessionId: run.sessionId,
  programId: run.scope.programId,
  designId: run.scope.designId,
  runId: run.runId,
  messageId,
  requestId: run.requestId,
  provider: run.provider,
  model: run.model,
});

type PlacedCall = { readonly call: ToolCall; readonly place: MessagePlace; readonly audits: readonly AuditEvent[] };

/** True if the run can't call more tools. */
function commitReply(deps: ToolCallDeps, run: Run, called: PlacedCall & { readonly outcome: ToolOutcome }): boolean {
  const { outcome } = called;
  deps.transaction(() => {
    const reply = showReply(deps, run, called);
    addToOutbox(deps.sql, [...toolAudits(run, called.audits), ...reply]);
  });
  return outcome.kind === 'refused' && outcome.endsTurn;
}

function commitApproval(
  deps: ToolCallDeps,
  run: Run,
  proposed: PlacedCall & { readonly messageId: string; readonly approval: ProposedCall },
): StoredApproval | null {
  const { call, place, approval, messageId, audits } = proposed;
  const id = deps.newId();
  return deps.transaction(() => {
    insertApproval(deps.sql, { id, messageId, place, runId: run.runId, callId: call.id, now: deps.now(), approval });
    const stored = getApproval(deps.sql, id);
    if (stored) showApproval(deps, run.runId, stored);
    addToOutbox(deps.sql, toolAudits(run, audits));
    return stored;
  });
}

/** The reply as a message of the transcript. */
export function toReplyMessage(
  deps: Pick<ReplyDeps, 'newId' | 'now'>,
  run: Run,
  { call, outcome }: ToolReplyOf,
): TranscriptMessage {
  const link = outcome.kind === 'result' ? outcome.link : null;
  const isError = outcome.kind === 'unknown' || (outcome.kind === 'refused' && outcome.isError);
  return {
    id: deps.newId(),
    runId: run.runId,
    role: 'tool',
    parts: [{ type: 'text', content: outcome.content }],
    status: 'complete',
    createdAt: deps.now(),
    model: null,
    provider: null,
    usage: null,
    costMicros: null,
    priceVersion: null,
    error: null,
    tool: { callId: call.id, name: call.name, isError, link },
  };
}

/** Shows the reply to the run's readers and stores it. Part of the caller's commit. */
export function showReply(
  deps: ReplyDeps,
  run: Run,
  reply: ToolReplyOf & { readonly place: MessagePlace },
): OutboxItem[] {
  const { call, outcome } = reply;
  const message = toReplyMessage(deps, run, reply);
  const link = message.tool?.link;
  const shown: AgUiEvent = {
    type: 'TOOL_CALL_RESULT',
    messageId: message.id,
    toolCallId: call.id,
    content: outcome.content,
    role: 'tool',
    ...(message.tool?.isError ? { metadata: { tanstack: { state: 'output-error' } } } : {}),
  };
  deps.log.append(run.runId, shown);
  if (link) {
    const value = { toolCallId: call.id, path: link.path, label: link.label };
    deps.log.append(run.runId, { type: 'CUSTOM', name: link.kind, value });
  }
  return storedMessage(deps, reply.place, message);
}

/** Shows the state of an approval to the run's readers. */
export function showApproval(deps: Pick<ReplyDeps, 'log' | 'now'>, runId: string, approval: StoredApproval): void {
  const confirmation = toConfirmation(approval, deps.now());
  const toIso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
  const value = {
    ...confirmation,
    expiresAt: toIso(confirmation.expiresAt),
    decidedAt: toIso(confirmation.decidedAt),
    reopenedAt: toIso(confirmation.reopenedAt),
  };
  deps.log.append(runId, { type: 'CUSTOM', name: 'confirmation', value });
}
