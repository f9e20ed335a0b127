// How a turn ends: closing events, the message, its cost, and what the outbox must tell, in one synchronous commit,
// so that neither a crash nor an error can leave half of it.

import { addToOutbox, type OutboxItem } from '../audit/outbox.ts';
import { costMicros, type Usage } from '../providers/models.ts';
import type { ConversationDeps, LiveTurn } from './deps.ts';
import { type AgUiEvent, toTokenUsage } from './events.ts';
import { auditOf, indexItem } from './facts.ts';
import type { TranscriptMessage } from './requests.ts';
import { type Run, setRunEnded } from './runs.ts';
import { changeSession, toRecord } from './session.ts';
import { putMessage } from './transcript.ts';
import type { Ending } from './turn.ts';

/** What ending a turn needs of it; a turn that is ended after a restart has no more than this. */
export type EndingTurn = Pick<LiveTurn, 'run' | 'writer'>;

/** @throws where storing fails; nothing is stored then, but the log in memory is at its end. */
export function endTurn(deps: ConversationDeps, turn: EndingTurn, usage: Usage | null, ending: Ending): void {
  const { run, writer } = turn;
  const now = deps.now();
  const cost = usage && { costMicros: costMicros(run.pricing, usage), priceVersion: run.pricing.priceVersion };
  const error = 'error' in ending ? ending.error : null;
  const message: TranscriptMessage = {
    id: run.assistantId,
    runId: run.runId,
    role: 'assistant',
    parts: writer.parts(),
    status: ending.status,
    createdAt: now,
    model: run.model,
    provider: run.provider,
    usage,
    costMicros: cost?.costMicros ?? null,
    priceVersion: cost?.priceVersion ?? null,
    error: error && { code: error.code, detail: error.detail },
  };
  const audit = auditOf(deps, run, `answer.${ending.status}`, {
    usage,
    costMicros: message.costMicros,
    priceVersion: message.priceVersion,
    error: error?.code ?? null,
    durationMs: now - run.createdAt,
  });
  deps.transaction(() => {
    writer.close();
    if (cost) deps.log.append(run.runId, { type: 'CUSTOM', name: 'cost', value: { ...cost, model: run.model } });
    deps.log.append(run.runId, terminalEvent(run, usage, ending));
    setRunEnded(deps.sql, run.runId, ending.status, now);
    addToOutbox(deps.sql, [
      { kind: 'audit', orgId: run.orgId, userId: run.actorId, audit },
      ...keepMessage(deps, run, message, now),
    ]);
  });
  deps.drainSoon(0);
}

/** The message and its session, unless the conversation was deleted meanwhile: then only the audit row remains. */
function keepMessage(deps: ConversationDeps, run: Run, message: TranscriptMessage, now: number): OutboxItem[] {
  const before = deps.session.get();
  if (!before || before.deletedAt !== null) return [];
  const place = { ordinal: run.ordinal, position: 1 };
  putMessage(deps.sql, place, message);
  const session = changeSession(before, {}, now);
  deps.session.put(session);
  const owner = { orgId: session.orgId, userId: session.ownerId };
  return [
    { kind: 'conversation', ...owner, session: toRecord(session) },
    { kind: 'message', ...owner, sessionId: session.id, ...place, message },
    indexItem(session, run.runId),
  ];
}

/** The first event of every run. */
export const runStarted = (run: Run): AgUiEvent => ({
  type: 'RUN_STARTED',
  threadId: run.sessionId,
  runId: run.runId,
  protocolVersion: '1.0',
  ...(run.scope.parentRunId === null ? {} : { parentRunId: run.scope.parentRunId }),
});

function terminalEvent(run: Run, usage: Usage | null, ending: Ending): AgUiEvent {
  const tokens = usage ? { usage: [toTokenUsage(run.provider, run.model, usage)] } : {};
  if ('error' in ending) return { type: 'RUN_ERROR', message: ending.error.detail, code: ending.error.code, ...tokens };
  const ids = { threadId: run.sessionId, runId: run.runId };
  if (ending.status === 'stopped') return { type: 'RUN_FINISHED', ...ids, outcome: { type: 'cancelled' }, ...tokens };
  return {
    type: 'RUN_FINISHED',
    ...ids,
    outcome: { type: 'success' },
    result: { finishReason: ending.finish },
    ...tokens,
  };
}
