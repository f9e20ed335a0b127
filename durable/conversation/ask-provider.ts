// Asks for one answer of the model, and goes on to another provider where the first one does not answer: to the fallback
// while nothing has been said yet, and to whom newer settings name while nothing has been shown yet. Tokens are reserved
// for each request, and each is settled for itself.
import { addToOutbox, type OutboxItem } from '../audit/outbox.ts';
import type { Breaker } from '../breakers/isolate-breakers.ts';
import { monthOf } from '../budget/month.ts';
import { AppError, type ErrorCode } from '../errors.ts';
import { costMicros, type Usage } from '../providers/models.ts';
import type { ModelRequest } from '../providers/provider.ts';
import type { ConversationDeps, LiveTurn, Resolved } from './deps.ts';
import { settleLease, usedBy } from './end-turn.ts';
import { auditOf } from './facts.ts';
import { refusalOf, reserveStep } from './reserve-step.ts';
import type { Lease } from './runs.ts';
import { beginAnew, beginStep, markStep } from './step.ts';
import { moveTo } from './take-over.ts';
import { abortedEnding, failedEnding, type Streamed, streamAnswer, usageOf } from './turn.ts';
import { watchUsage } from './watch-usage.ts';

export type Asked = { readonly request: ModelRequest; readonly promptTokens: number };

export type Attempt = {
  readonly streamed: Streamed;
  readonly promptTokens: number;
  /** False where the request never left, and so used nothing. */
  readonly isSent: boolean;
};

/** @param prepare assembles the request for whoever answers now */
export async function askProvider(deps: ConversationDeps, turn: LiveTurn, prepare: () => Asked): Promise<Attempt> {
  beginStep(deps, turn);
  for (;;) {
    const asked = prepare();
    const attempt = await makeAttempt(deps, turn, asked);
    const next = await nextOf(turn, attempt.streamed);
    if (!next) return attempt;
    handOver(deps, turn, attempt, next);
  }
}

async function makeAttempt(deps: ConversationDeps, turn: LiveTurn, { request, promptTokens }: Asked): Promise<Attempt> {
  const { resolved, step, controller, run } = turn;
  const own = new AbortController();
  turn.attempt = own;
  const signal = AbortSignal.any([controller.signal, own.signal]);
  const unsent = (ending: Streamed['ending']): Attempt => ({
    streamed: { ending, reported: null, charged: false },
    ...{ promptTokens, isSent: false },
  });
  const breaker = deps.breakerFor(run.orgId, resolved.connection);
  const refusal = breaker.refusal();
  if (refusal) return unsent(failedEnding(refusal));
  const reserved = await reserveStep(deps, turn, { promptTokens, maxOutputTokens: request.maxOutputTokens });
  const aborted = abortedEnding(signal);
  if (aborted) return unsent(aborted);
  if (!reserved.ok) return unsent(failedEnding(reserved.error ?? new AppError('INTERNAL')));
  const streamed = await streamAnswer({
    provider: resolved.provider,
    request: { ...request, maxOutputTokens: reserved.maxOutputTokens },
    ...{ signal, writer: step.writer, tries: breaker },
    observe: watchUsage(deps, turn, promptTokens),
  });
  if (!signal.aborted) tell(breaker, streamed, step.writer.said() !== '');
  return { streamed, promptTokens, isSent: true };
}

/** What we ended ourselves, and what is our own fault, says nothing of the provider. */
function tell(breaker: Breaker, { ending }: Streamed, hasBegun: boolean): void {
  if (ending.status === 'complete' || hasBegun) breaker.answered();
  else if ('error' in ending && ending.error.code === 'PROVIDER_REFUSED') breaker.answered();
  else if ('error' in ending) breaker.failed(ending.error);
}

/** Another provider may answer what this one cannot. What is wrong with the request itself would be wrong there too. */
const FALLS_BACK: readonly ErrorCode[] = [
  'PROVIDER_UNREACHABLE',
  'PROVIDER_OVERLOADED',
  'PROVIDER_RATE_LIMITED',
  'PROVIDER_STALLED',
  'PROVIDER_BROKEN_STREAM',
  'PROVIDER_AUTH',
];

type Next = { readonly to: Resolved; readonly isUnseen: boolean };

/** Who is to answer instead; null where what came is the answer, or its end. */
async function nextOf(turn: LiveTurn, { ending }: Streamed): Promise<Next | null> {
  const { controller, rights, step, resolved } = turn;
  // Nothing ends, and nobody else is asked, before it is known that this user may ask at all, and by which settings.
  const refusal = turn.isReserving ? refusalOf(turn) : rights.promise;
  if (controller.signal.aborted || (await refusal) || controller.signal.aborted) return null;
  const { successor } = turn;
  turn.successor = null;
  if (successor) return { to: successor, isUnseen: true };
  const isSilent = ending.status === 'failed' && FALLS_BACK.includes(ending.error.code) && step.writer.said() === '';
  if (!isSilent || !resolved.fallback) return null;
  return { to: { ...resolved.fallback, fallback: null }, isUnseen: false };
}

/** Accounts for a request that came to nothing and lets another provider take over, in one commit. */
function handOver(deps: ConversationDeps, turn: LiveTurn, { streamed, promptTokens }: Attempt, next: Next): void {
  const { run, step } = turn;
  const { to, isUnseen } = next;
  const used = streamed.charged ? usageOf(streamed, promptTokens, step.writer.said()) : null;
  if (used) turn.used.push(usedBy(run, used));
  const error = 'error' in streamed.ending ? streamed.ending.error.code : null;
  deps.transaction(() => {
    const audit = auditOf(deps, run, 'answer.abandoned', {
      ...(used && chargeOf(turn, used)),
      error: isUnseen ? null : error,
      durationMs: deps.now() - run.createdAt,
      messageId: step.messageId,
      meta: { reason: isUnseen ? 'settings' : 'fallback', to: { provider: to.provider.name, model: to.model.id } },
    });
    const charge = step.lease && step.lease.tokens > 0 ? settleLease(deps, run, step, used) : [];
    const told: OutboxItem[] = [{ kind: 'audit', orgId: run.orgId, userId: run.actorId, audit }, ...charge];
    addToOutbox(deps.sql, told);
    moveTo(deps, turn, to);
    if (isUnseen) beginAnew(deps, turn);
    else {
      markStep(deps, turn);
      const value = { provider: run.provider, model: run.model, code: error, to: to.model.id };
      deps.log.append(run.runId, { type: 'CUSTOM', name: 'fallback', value });
    }
    turn.step.lease = charge.length > 0 ? newLease(deps) : step.lease;
  });
}

const newLease = (deps: Pick<ConversationDeps, 'newId' | 'now'>): Lease => ({
  id: deps.newId(),
  month: monthOf(deps.now()),
  tokens: 0,
});

const chargeOf = ({ run, step }: LiveTurn, usage: Usage) => ({
  usage,
  costMicros: costMicros(run.pricing, usage),
  priceVersion: run.pricing.priceVersion,
  ...(step.lease && { budgetMonth: step.lease.month }),
});
