// The life of one admitted turn: begin, stream, end. Rights are confirmed while the provider already thinks;
// until they hold nothing is shown.

import { AppError } from '../errors.ts';
import { logFailure } from '../log.ts';
import { estimateRequestTokens, estimateTokens } from '../providers/estimate-tokens.ts';
import type { Usage } from '../providers/models.ts';
import type { ModelRequest } from '../providers/provider.ts';
import { createAnswerWriter } from './answer-writer.ts';
import type { ConversationDeps, LiveTurn } from './deps.ts';
import { endTurn, runStarted } from './end-turn.ts';
import { assembleHistory } from './history.ts';
import { setRunStarted } from './runs.ts';
import { systemPrompt } from './system-prompt.ts';
import { blankMessage, putMessage, readTurn } from './transcript.ts';
import { type Ending, streamAnswer, usageOf } from './turn.ts';
import { watchRights } from './watch-rights.ts';

/** The longest answer that is asked for. It bounds what one turn can cost. */
const MAX_OUTPUT_TOKENS = 8_192;
/** The most history that one turn sends. Costs grow with it on every turn, usefulness hardly. */
const MAX_HISTORY_TOKENS = 48_000;
/** How long the first rows may wait for the outbox to leave, so that they do not compete with the first token. */
const DRAIN_DELAY_MS = 150;

/** Never rejects. The run's log is ended when it settles, or this instance is, and the next one ends the log. */
export async function runTurn(deps: ConversationDeps, turn: LiveTurn): Promise<void> {
  const stopWatching = watchRights(deps, turn);
  const { usage, ending } = await answer(deps, turn);
  const refusal = await turn.rights.promise;
  stopWatching();
  settle(deps, turn, () => {
    if (refusal) endUnseen(deps, turn, usage, refusal);
    else endTurn(deps, turn, usage, ending);
  });
}

/** Ends a turn that was taken out of the queue before it began. */
export function endUnbegun(deps: ConversationDeps, turn: LiveTurn): void {
  settle(deps, turn, () => {
    deps.log.append(turn.run.runId, runStarted(turn.run));
    endTurn(deps, turn, null, { status: 'stopped' });
  });
}

function settle(deps: ConversationDeps, turn: LiveTurn, end: () => void): void {
  try {
    end();
  } catch (error) {
    logFailure('a run could not be ended', error);
    // What memory says of the run no longer agrees with what is stored.
    deps.restart('a run could not be ended');
  }
  turn.rights.resolve(null);
  deps.live.delete(turn.run.runId);
  turn.ended.resolve();
}

async function answer(
  deps: ConversationDeps,
  turn: LiveTurn,
): Promise<{ readonly usage: Usage | null; readonly ending: Ending }> {
  let request: ModelRequest;
  let promptTokens: number;
  try {
    request = begin(deps, turn);
    promptTokens = estimateRequestTokens(request);
    setRunStarted(deps.sql, turn.run.runId, promptTokens);
  } catch (error) {
    logFailure('a run could not begin', error);
    return { usage: null, ending: { status: 'failed', error: new AppError('INTERNAL', { cause: error }) } };
  }
  const { resolved, writer, controller } = turn;
  const streamed = await streamAnswer({ provider: resolved.provider, request, signal: controller.signal, writer });
  return { usage: usageOf(streamed, promptTokens, writer.said()), ending: streamed.ending };
}

function begin(deps: ConversationDeps, turn: LiveTurn): ModelRequest {
  const { run, resolved, writer } = turn;
  deps.log.append(run.runId, runStarted(run));
  const session = deps.session.get();
  if (!session) throw new Error('a turn without a session');
  const blank = blankMessage({
    id: run.assistantId,
    runId: run.runId,
    role: 'assistant',
    parts: [],
    status: 'streaming',
    createdAt: deps.now(),
  });
  putMessage(deps.sql, { ordinal: run.ordinal, position: 1 }, { ...blank, model: run.model, provider: run.provider });
  if (run.ordinal === 1 && session.title !== null)
    deps.log.append(run.runId, { type: 'CUSTOM', name: 'title', value: { title: session.title } });
  writer.open();
  deps.drainSoon(DRAIN_DELAY_MS);

  const system = systemPrompt(turn.access);
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
    cacheKey: run.sessionId,
  };
}

/** Ends a run whose user turned out to have no right to it: charged as used, but not a word of it is kept or shown. */
function endUnseen(deps: ConversationDeps, turn: LiveTurn, usage: Usage | null, refusal: AppError): void {
  deps.log.discard(turn.run.runId);
  deps.log.append(turn.run.runId, runStarted(turn.run));
  const silent = createAnswerWriter(turn.run.assistantId, () => undefined);
  endTurn(deps, { ...turn, writer: silent }, usage, { status: 'failed', error: refusal });
}
