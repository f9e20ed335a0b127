// What a message would take, before it is sent: the very request that it would lead to, made and not sent.
import { toolsFor } from '../packs/registry.ts';
import { costMicros, NO_USAGE } from '../providers/models.ts';
import { enter } from './audience.ts';
import type { ConversationDeps, Resolved } from './deps.ts';
import { type Prepared, prepareRequest } from './model-request.ts';
import type { Answer, Estimate, EstimateCall, RunRequest } from './requests.ts';
import { type Rights, resolveFor } from './resolve-for.ts';
import { draftedThread } from './thread.ts';
import { blankMessage, nextOrdinal, readTurn } from './transcript.ts';
import { scopeOfTurn } from './turn-scope.ts';

export type Draft = Pick<RunRequest, 'sessionId' | 'model' | 'mode' | 'programId' | 'designId' | 'about'> & {
  readonly text: string;
};

/** The request that a message would lead to. Refusals are those of its admission. */
export function prepareDraft(
  deps: ConversationDeps,
  rights: Rights,
  draft: Draft,
): Answer<{ readonly resolved: Resolved; readonly prepared: Prepared }> {
  const { access } = rights;
  const session = deps.session.get();
  const entered = enter(deps, access);
  if (!entered) return { ok: false, code: 'NOT_FOUND' };
  const resolved = resolveFor(deps, draft, session, rights);
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
  const message = { ...blank, author: { id: access.userId, name: access.userName } };
  const prepared = prepareRequest(deps, {
    access,
    place: entered.place,
    resolved,
    mode: draft.mode,
    ...scopeOfTurn(session, draft),
    about: draft.about ?? null,
    tools: toolsFor(access, draft.mode),
    ordinal,
    historyFrom: session?.historyFrom ?? 0,
    thread: draftedThread(deps.sql, session, { ordinal, id: draft.sessionId, ownerId: access.userId }),
    readTurn: (place) => ({ ordinal: place, messages: place === ordinal ? [message] : readTurn(deps.sql, place) }),
  });
  return { ok: true, resolved, prepared };
}

/** For one answer: the steps of a turn that uses tools each cost their own. */
export function estimate(deps: ConversationDeps, { access, settings, draft }: EstimateCall): Answer<Estimate> {
  const answer = prepareDraft(deps, { access, settings }, draft);
  if (!answer.ok) return answer;
  const { resolved, prepared } = answer;
  const { promptTokens, request } = prepared;
  const { model } = resolved;
  const written = { ...NO_USAGE, cacheWriteTokens: promptTokens, outputTokens: request.maxOutputTokens };
  const read = { ...NO_USAGE, inputTokens: promptTokens, outputTokens: request.maxOutputTokens };
  return {
    ok: true,
    model: model.id,
    priceVersion: model.priceVersion,
    promptTokens,
    maxOutputTokens: request.maxOutputTokens,
    costMicros: {
      least: costMicros(model, { ...NO_USAGE, cacheReadTokens: promptTokens, outputTokens: 1 }),
      most: Math.max(costMicros(model, written), costMicros(model, read)),
    },
  };
}
