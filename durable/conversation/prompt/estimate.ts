// Estimates the cost of a message: builds the request that it would lead to, without sending it.

import type { ConversationReply, EstimateCall, RunEstimate, RunRequest } from '../../contracts/conversation.ts';
import { NO_USAGE } from '../../contracts/usage.ts';
import { toolsFor } from '../../packs/registry.ts';
import { estimateRequestTokens } from '../../providers/models/estimate-tokens.ts';
import { costMicros } from '../../providers/models/models.ts';
import { pendingApprovals } from '../approvals/approvals.ts';
import { type Plan, planCompaction } from '../compaction/plan.ts';
import { summaryFor, wasTriedLately } from '../compaction/summaries.ts';
import type { SummaryRequest } from '../compaction/summary-prompt.ts';
import { enterConversation } from '../conversation-access.ts';
import type { ConversationDeps } from '../deps.ts';
import { draftedThread } from '../history/thread.ts';
import { blankMessage, nextOrdinal } from '../history/transcript.ts';
import { type AssignedModels, type Rights, resolveFor } from '../run/assignment.ts';
import { hasEarlierRun } from '../run/runs.ts';
import { type HistoryDeps, historyReader } from './history.ts';
import { type PreparedRequest, prepareRequest } from './model-request.ts';
import { pageNote } from './page-note.ts';
import { scopeOfTurn } from './turn-scope.ts';

export type EstimateDeps = Pick<
  ConversationDeps,
  'sql' | 'session' | 'id' | 'members' | 'resolveModel' | 'viewOf' | 'now'
>;

export type MessageDraft = Pick<
  RunRequest,
  'sessionId' | 'model' | 'mode' | 'programId' | 'designId' | 'about' | 'context'
> & {
  readonly text: string;
};

/** The request that a message would lead to. It is refused for the same reasons as at its admission. */
export function prepareDraft(
  deps: EstimateDeps,
  rights: Rights,
  draft: MessageDraft,
): ConversationReply<{
  readonly resolved: AssignedModels;
  readonly prepared: PreparedRequest;
  /** The summary that is requested first; null if there is none. */
  planSummary(): Plan | null;
}> {
  const { access } = rights;
  const session = deps.session.get();
  const entered = enterConversation(deps, access);
  if (!entered) return { ok: false, code: 'NOT_FOUND' };
  const resolved = resolveFor(deps.resolveModel, draft, session, rights);
  if (!resolved.ok) return resolved;
  const ordinal = session ? nextOrdinal(deps.sql) : 1;
  const blank = blankMessage({
    id: draft.sessionId,
    runId: 'draft',
    role: 'user',
    parts: [{ type: 'text', content: draft.text }],
    status: 'complete',
    createdAt: deps.now(),
  });
  const view = entered.place?.view ?? deps.viewOf(access, scopeOfTurn(session, draft));
  const note = pageNote(access, { view, about: draft.about ?? null, now: deps.now() });
  const message = {
    ...blank,
    author: { id: access.userId, name: access.userName },
    note,
    context: draft.context ?? null,
  };
  const thread = draftedThread(deps.sql, session, { ordinal, id: draft.sessionId, ownerId: access.userId });
  const readStored = historyReader(deps.sql);
  const readTurn: HistoryDeps['readTurn'] = (place) =>
    place === ordinal ? { ordinal, messages: [message] } : readStored(place);
  const summary = session && summaryFor(deps.sql, session, thread, ordinal);
  const prepared = prepareRequest({
    access,
    place: entered.place,
    resolved,
    mode: draft.mode,
    tools: toolsFor(access, draft.mode),
    ordinal,
    historyFrom: session?.historyFrom ?? 0,
    summary,
    thread,
    readTurn,
  });
  const isShared = entered.place !== null;
  const { connection, model } = resolved;
  function planSummary(): Plan | null {
    // An object without a session has no tables yet.
    if (!session || !prepared.needsSummary) return null;
    const mayAsk = hasEarlierRun(deps.sql, ordinal) && !wasTriedLately(deps.sql, ordinal);
    if (!mayAsk) return null;
    const waiting = new Set(pendingApprovals(deps.sql, deps.now()).map((pending) => pending.place.ordinal));
    return planCompaction(
      { readTurn, parentOf: thread.parentOf, ownerId: thread.ownerId, isShared, connection },
      {
        ...{ current: ordinal, previous: summary, model, waiting },
        ...{ maxHistoryTokens: prepared.maxHistoryTokens, historyFrom: prepared.historyFrom },
      },
    );
  }
  return { ok: true, resolved, prepared, planSummary };
}

/** For one answer, and the summary before it: each step of a run that uses tools has its own cost. */
export function estimate(
  deps: EstimateDeps,
  { access, settings, draft }: EstimateCall,
): ConversationReply<RunEstimate> {
  const answer = prepareDraft(deps, { access, settings }, draft);
  if (!answer.ok) return answer;
  const { resolved, prepared, planSummary } = answer;
  const { promptTokens, request } = prepared;
  const { model } = resolved;
  const summary = planSummary()?.request ?? null;
  const summaryMicros = summary && mostMicros(model, summaryTokens(summary, model), summary);
  return {
    ok: true,
    model: model.id,
    priceVersion: model.priceVersion,
    promptTokens,
    maxOutputTokens: request.maxOutputTokens,
    costMicros: {
      least: costMicros(model, { ...NO_USAGE, cacheReadTokens: promptTokens, outputTokens: 1 }),
      most: mostMicros(model, promptTokens, request) + (summaryMicros ?? 0),
      ...(summaryMicros !== null && { summary: summaryMicros }),
    },
  };
}

const summaryTokens = (summary: SummaryRequest, { id }: AssignedModels['model']): number =>
  estimateRequestTokens({ ...summary, model: id, tools: [], cacheKey: '', connection: '' });

/** Of one request, if its answer is as long as it may be. */
function mostMicros(
  model: AssignedModels['model'],
  promptTokens: number,
  { maxOutputTokens: outputTokens }: { readonly maxOutputTokens: number },
): number {
  const written = { ...NO_USAGE, cacheWriteTokens: promptTokens, outputTokens };
  const read = { ...NO_USAGE, inputTokens: promptTokens, outputTokens };
  return Math.max(costMicros(model, written), costMicros(model, read));
}
