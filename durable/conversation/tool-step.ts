// What happens between two answers of the model: its calls go to the tool runner, each outcome is committed and shown as
// it comes, and a write becomes a card that waits for the user. Nothing here decides what a tool may do.

import type { AuditEvent } from '../audit/audit-event.ts';
import { addToOutbox, type OutboxItem } from '../audit/outbox.ts';
import type { ToolCall } from '../providers/provider.ts';
import type { Refused, Result, Unknown } from '../tools/attempt.ts';
import type { Approval } from '../tools/run-tool.ts';
import type { Tool } from '../tools/tool.ts';
import type { CallContext } from '../tools/tool-audit.ts';
import type { TurnLimits } from '../tools/turn-limits.ts';
import { getApproval, insertApproval, type StoredApproval, toConfirmation } from './approvals.ts';
import type { ConversationDeps, LiveTurn } from './deps.ts';
import { keepMessage } from './end-turn.ts';
import type { AgUiEvent } from './events.ts';
import type { TranscriptMessage } from './requests.ts';
import type { Run } from './runs.ts';
import type { Place } from './transcript.ts';
import { WITHDRAWN } from './undone.ts';

export type ToolStep = {
  /** The cards that this step put before the user. */
  readonly waiting: readonly StoredApproval[];
  /** True where the turn has used all that one turn may. */
  readonly isSpent: boolean;
};

/**
 * Runs the calls of the step that was just committed, side by side.
 * @throws where storing fails, when all of them are over
 */
export async function runCalls(
  deps: ConversationDeps,
  turn: LiveTurn,
  options: { readonly tools: readonly Tool[]; readonly limits: TurnLimits },
): Promise<ToolStep> {
  const { step } = turn;
  const context = contextOf(turn);
  const settled = await Promise.allSettled(
    step.writer.calls().map(async (call, index) => {
      const facts: AuditEvent[] = [];
      const runner = deps.openTools({ ...options, audit: (event) => facts.push(event) });
      const proposed = await runner.propose(context, call);
      // Nobody is asked on behalf of a turn that was called off meanwhile.
      const outcome = proposed.kind === 'approval' && turn.controller.signal.aborted ? WITHDRAWN : proposed;
      const place = { ordinal: step.place.ordinal, position: step.place.position + 1 + index };
      return outcome.kind === 'approval'
        ? { waiting: commitCard(deps, turn, { call, place, approval: outcome, facts }), isSpent: false }
        : {
            waiting: null,
            isSpent: commitReply(deps, turn.run, { call, place, outcome, facts }),
          };
    }),
  );
  const called = settled.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
  return {
    waiting: called.map(({ waiting }) => waiting).filter((approval) => approval !== null),
    isSpent: called.some(({ isSpent }) => isSpent),
  };
}

/** Who acts, and in which run: what tools and audit rows need to know. */
export function contextOf(turn: Pick<LiveTurn, 'run' | 'access'>): CallContext {
  const { run, access } = turn;
  return {
    access,
    sessionId: run.sessionId,
    programId: run.scope.programId,
    designId: run.scope.designId,
    runId: run.runId,
    requestId: run.requestId,
    provider: run.provider,
    model: run.model,
  };
}

type Answered = {
  readonly call: Pick<ToolCall, 'id' | 'name'>;
  readonly place: Place;
  readonly outcome: Result | Refused | Unknown;
  readonly facts: readonly AuditEvent[];
};

/** Stores and shows what a tool answered. True where the turn may call no more. */
export function commitReply(deps: ConversationDeps, run: Run, answered: Answered): boolean {
  const { outcome } = answered;
  deps.transaction(() => addToOutbox(deps.sql, [...toFacts(run, answered.facts), ...showReply(deps, run, answered)]));
  return outcome.kind === 'refused' && outcome.endsTurn;
}

type Reply = Pick<Answered, 'call' | 'outcome'>;

/** What a tool answered as a message of the transcript. */
export function toReplyMessage(
  deps: Pick<ConversationDeps, 'newId' | 'now'>,
  run: Run,
  { call, outcome }: Reply,
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

/** Part of the caller's commit. */
export function showReply(deps: ConversationDeps, run: Run, reply: Reply & { readonly place: Place }): OutboxItem[] {
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
  return keepMessage(deps, reply.place, message);
}

export const toFacts = (run: Run, facts: readonly AuditEvent[]): OutboxItem[] =>
  facts.map((audit) => ({ kind: 'audit', orgId: run.orgId, userId: run.actorId, audit }));

function commitCard(
  deps: ConversationDeps,
  turn: LiveTurn,
  card: {
    readonly call: ToolCall;
    readonly place: Place;
    readonly approval: Approval;
    readonly facts: readonly AuditEvent[];
  },
): StoredApproval | null {
  const { run, step } = turn;
  const id = deps.newId();
  return deps.transaction(() => {
    const { call, place, approval } = card;
    insertApproval(deps.sql, {
      id,
      messageId: step.messageId,
      place,
      runId: run.runId,
      callId: call.id,
      now: deps.now(),
      approval,
    });
    const stored = getApproval(deps.sql, id);
    if (stored) showConfirmation(deps, run.runId, stored);
    addToOutbox(deps.sql, toFacts(run, card.facts));
    return stored;
  });
}

/** Tells readers of a run how a card stands. */
export function showConfirmation(deps: ConversationDeps, runId: string, approval: StoredApproval): void {
  const confirmation = toConfirmation(approval, deps.now());
  const toIso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
  const value = {
    ...confirmation,
    expiresAt: toIso(confirmation.expiresAt),
    decidedAt: toIso(confirmation.decidedAt),
  };
  deps.log.append(runId, { type: 'CUSTOM', name: 'confirmation', value });
}
