// The life of one admitted turn: begin, stream, end. Rights are confirmed while the provider already thinks;
// until they hold nothing is shown. The end is one synchronous commit, so no crash can leave half of it.

import { addToOutbox } from '../audit/outbox.ts';
import { AppError } from '../errors.ts';
import { logFailure } from '../log.ts';
import { estimateRequestTokens, estimateTokens } from '../providers/estimate-tokens.ts';
import { costMicros, type Usage } from '../providers/models.ts';
import type { ModelRequest } from '../providers/provider.ts';
import { createAnswerWriter } from './answer-writer.ts';
import type { ConversationDeps, LiveTurn } from './deps.ts';
import { type AgUiEvent, toTokenUsage } from './events.ts';
import { auditOf, indexItem } from './facts.ts';
import { assembleHistory } from './history.ts';
import type { TranscriptMessage } from './requests.ts';
import { type Run, setRunEnded, setRunStarted } from './runs.ts';
import { changeSession, toRecord } from './session.ts';
import { systemPrompt } from './system-prompt.ts';
import { blankMessage, putMessage, readTurn } from './transcript.ts';
import { type Ending, streamAnswer, usageOf } from './turn.ts';

/** Rights older than this are confirmed before anything is shown, and again this often while the turn runs. */
export const RIGHTS_FRESH_MS = 30_000;
/** The longest answer that is asked for. It bounds what one turn can cost. */
const MAX_OUTPUT_TOKENS = 8_192;
/** The most history that one turn sends. Costs grow with it on every turn, usefulness hardly. */
const MAX_HISTORY_TOKENS = 48_000;
/** How long the first rows may wait for the outbox to leave, so that they do not compete with the first token. */
const DRAIN_DELAY_MS = 150;

/** Never rejects: whatever happens, the run's log is ended. */
export async function runTurn(deps: ConversationDeps, turn: LiveTurn): Promise<void> {
  const { run, resolved, writer } = turn;
  const stopWatching = watchRights(deps, turn);
  try {
    const request = begin(deps, turn);
    const promptTokens = estimateRequestTokens(request);
    setRunStarted(deps.sql, run.runId, promptTokens);
    const streamed = await streamAnswer({
      provider: resolved.provider,
      request,
      signal: turn.controller.signal,
      writer,
    });
    const refusal = await turn.rights.promise;
    const usage = usageOf(streamed, promptTokens, writer.said());
    if (refusal) endUnseen(deps, turn, usage, refusal);
    else endTurn(deps, turn, usage, streamed.ending);
  } catch (error) {
    logFailure('run failed', error);
    failLog(deps, turn);
  } finally {
    stopWatching();
    settleTurn(deps, turn);
  }
}

/** Ends a turn that was taken out of the queue before it began. */
export function endUnbegun(deps: ConversationDeps, turn: LiveTurn): void {
  deps.log.append(turn.run.runId, runStarted(turn.run));
  endTurn(deps, turn, null, { status: 'stopped' });
  settleTurn(deps, turn);
}

function settleTurn(deps: ConversationDeps, turn: LiveTurn): void {
  turn.rights.resolve(null);
  deps.live.delete(turn.run.runId);
  turn.ended.resolve();
}

function begin(deps: ConversationDeps, turn: LiveTurn): ModelRequest {
  const { run, resolved, writer } = turn;
  const session = deps.session.get();
  if (!session) throw new Error('a turn without a session');
  const answer = blankMessage({
    id: run.assistantId,
    runId: run.runId,
    role: 'assistant',
    parts: [],
    status: 'streaming',
    createdAt: deps.now(),
  });
  putMessage(deps.sql, { ordinal: run.ordinal, position: 1 }, { ...answer, model: run.model, provider: run.provider });
  deps.log.append(run.runId, runStarted(run));
  if (run.ordinal === 1 && session.title !== null)
    deps.log.append(run.runId, { type: 'CUSTOM', name: 'title', value: { title: session.title } });
  writer.open();
  deps.drainSoon(DRAIN_DELAY_MS);

  const system = systemPrompt(run.access);
  const maxOutputTokens = Math.min(resolved.model.maxOutputTokens, MAX_OUTPUT_TOKENS);
  const room = resolved.model.contextTokens - maxOutputTokens - estimateTokens(system);
  const history = assembleHistory(
    { readTurn: (ordinal) => ({ ordinal, messages: readTurn(deps.sql, ordinal) }) },
    { from: Math.max(session.historyFrom, 1), current: run.ordinal, maxTokens: Math.min(room, MAX_HISTORY_TOKENS) },
  );
  if (history.from > session.historyFrom) deps.session.put({ ...session, historyFrom: history.from });
  return {
    model: run.model,
    system,
    messages: history.messages,
    tools: [],
    maxOutputTokens,
    cacheKey: run.request.sessionId,
  };
}

/** Holds the run until rights are confirmed where they are old, and has them confirmed again and again while it runs. */
function watchRights(deps: ConversationDeps, turn: LiveTurn): () => void {
  const { run } = turn;
  const isOld = deps.now() - run.access.confirmedAt > RIGHTS_FRESH_MS;
  if (isOld) {
    deps.log.hold(run.runId);
    // A question that fails in itself proves nothing, and nothing is shown without proof.
    void askRights(deps, run, new AppError('DATABASE_UNAVAILABLE', { retryAfterSeconds: 10 })).then((refusal) => {
      if (refusal) turn.controller.abort(refusal);
      else deps.log.release(run.runId);
      turn.rights.resolve(refusal);
    });
  } else turn.rights.resolve(null);
  return deps.every(RIGHTS_FRESH_MS, () => {
    // Once shown on confirmed rights, a question that fails in itself is asked again at the next beat.
    void askRights(deps, run, null).then((refusal) => refusal && turn.controller.abort(refusal));
  });
}

async function askRights(deps: ConversationDeps, run: Run, onFailure: AppError | null): Promise<AppError | null> {
  try {
    const answer = await deps.confirm(run.access);
    return answer.ok ? null : new AppError(answer.code);
  } catch (error) {
    logFailure('rights could not be asked', error);
    return onFailure;
  }
}

/** What ending a turn needs of it; a turn that is ended after a restart has no more than this. */
export type EndingTurn = Pick<LiveTurn, 'run' | 'writer'>;

/** Commits how a turn ended: the closing events, the message, its cost, and what the outbox must tell. */
export function endTurn(deps: ConversationDeps, turn: EndingTurn, usage: Usage | null, ending: Ending): void {
  const { run, writer } = turn;
  const now = deps.now();
  const cost = usage && { costMicros: costMicros(run.pricing, usage), priceVersion: run.pricing.priceVersion };
  const error = 'error' in ending ? ending.error : null;
  writer.close();
  if (cost) deps.log.append(run.runId, { type: 'CUSTOM', name: 'cost', value: { ...cost, model: run.model } });
  deps.log.append(run.runId, terminalEvent(run, usage, ending));

  setRunEnded(deps.sql, run.runId, ending.status, now);
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
  addToOutbox(deps.sql, { kind: 'audit', orgId: run.access.orgId, userId: run.access.userId, audit });
  tellLists(deps, run, message, now);
  deps.drainSoon(0);
}

/** The message and its session, unless the conversation was deleted meanwhile: then only the audit row remains. */
function tellLists(deps: ConversationDeps, run: Run, message: TranscriptMessage, now: number): void {
  const before = deps.session.get();
  if (!before || before.deletedAt !== null) return;
  putMessage(deps.sql, { ordinal: run.ordinal, position: 1 }, message);
  const session = changeSession(before, {}, now);
  deps.session.put(session);
  const owner = { orgId: session.orgId, userId: session.ownerId };
  addToOutbox(deps.sql, { kind: 'conversation', ...owner, session: toRecord(session) });
  addToOutbox(deps.sql, {
    kind: 'message',
    ...owner,
    sessionId: session.id,
    ordinal: run.ordinal,
    position: 1,
    message,
  });
  addToOutbox(deps.sql, indexItem(session, run.runId));
}

/** Ends a run whose user turned out to have no right to it: charged as used, but not a word of it is kept or shown. */
function endUnseen(deps: ConversationDeps, turn: LiveTurn, usage: Usage, refusal: AppError): void {
  deps.log.discard(turn.run.runId);
  deps.log.append(turn.run.runId, runStarted(turn.run));
  const silent = createAnswerWriter(turn.run.assistantId, () => undefined);
  endTurn(deps, { ...turn, writer: silent }, usage, { status: 'failed', error: refusal });
}

/** The last resort where ending a turn failed in itself: readers must not wait for ever. */
function failLog(deps: ConversationDeps, turn: LiveTurn): void {
  const { run, writer } = turn;
  if (!deps.log.isLive(run.runId)) return;
  try {
    writer.close();
    deps.log.append(run.runId, terminalEvent(run, null, { status: 'failed', error: new AppError('INTERNAL') }));
    setRunEnded(deps.sql, run.runId, 'failed', deps.now());
  } catch (error) {
    logFailure('a run could not be ended; the next start of the object will', error);
  }
}

export const runStarted = (run: Run): AgUiEvent => ({
  type: 'RUN_STARTED',
  threadId: run.request.sessionId,
  runId: run.runId,
  protocolVersion: '1.0',
  ...(run.request.parentRunId === null ? {} : { parentRunId: run.request.parentRunId }),
});

function terminalEvent(run: Run, usage: Usage | null, ending: Ending): AgUiEvent {
  const tokens = usage ? { usage: [toTokenUsage(run.provider, run.model, usage)] } : {};
  if ('error' in ending) return { type: 'RUN_ERROR', message: ending.error.detail, code: ending.error.code, ...tokens };
  const ids = { threadId: run.request.sessionId, runId: run.runId };
  if (ending.status === 'stopped') return { type: 'RUN_FINISHED', ...ids, outcome: { type: 'cancelled' }, ...tokens };
  return {
    type: 'RUN_FINISHED',
    ...ids,
    outcome: { type: 'success' },
    result: { finishReason: ending.finish },
    ...tokens,
  };
}
