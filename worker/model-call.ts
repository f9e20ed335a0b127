// What every route has in common that makes a model work, on whatever wire: `callsModel` in front of it counts the request
// in the person's exact `ai` bucket, in the one hop that admits it, and puts on record what is refused.
import { waitUntil } from 'cloudflare:workers';
import type { Context, MiddlewareHandler } from 'hono';
import { FRESH_MS } from '../durable/account/access-snapshot.ts';
import { accountOf } from '../durable/account/account-stub.ts';
import { aiRuleOf } from '../durable/account/rate-bucket.ts';
import type { ScopeNames, SessionQuestion } from '../durable/account/requests.ts';
import { budgetCalls } from '../durable/budget/budget-calls.ts';
import { monthOf } from '../durable/budget/month.ts';
import type { BudgetFigures } from '../durable/budget/requests.ts';
import { conversationOf } from '../durable/conversation/conversation-stub.ts';
import { RunId } from '../durable/conversation/requests.ts';
import { AppError } from '../durable/errors.ts';
import { logFailure } from '../durable/log.ts';
import { askAccount, chosenOrg, setAdmission } from './access.ts';
import { SessionId } from './contract.ts';
import type { EdgeEnv } from './edge-env.ts';
import { firstRefusal, type GateQuestion, type ModelVerdict, refusalBeforeQuota } from './gate.ts';
import { NO_NAMES, scopeRefusal } from './named-scope.ts';
import { type JsonBody, readJson } from './read-json.ts';

/** The run that a request asks for, where the wire has an id for it: its repetitions cost nothing. */
export type RequestedRun = { readonly sessionId: string; readonly runId: string };

export type ModelCallOptions = {
  /** As for `admitted`. */
  readonly rights: 'last-known' | 'confirmed';
  readonly limitBytes?: number;
  /** An empty body is `undefined` then. */
  readonly isBodyOptional?: boolean;
  /** Null where the request names none, or nothing that could be one. */
  readonly runOf?: (c: Context<EdgeEnv>, body: unknown) => RequestedRun | null;
  /**
   * For a wire whose clients know no ids of sessions: what leads to one. The handler is told as `sessionId`.
   * @throws AppError where the body is not understood, which is no matter yet
   */
  readonly sessionOf?: (c: Context<EdgeEnv>, body: unknown) => Promise<SessionQuestion>;
  /** What the body says that it is about, wherever the rest of it is wrong. A wire whose bodies name nothing leaves it out. */
  readonly namesOf?: (body: unknown) => ScopeNames;
};

/** To be mounted before `admitted`, in its place. Leaves `body`, `rate` and what `admitted` sets to the handler, which asks the gate. */
export function callsModel(options: ModelCallOptions): MiddlewareHandler<EdgeEnv> {
  return async function callModel(c, next) {
    const { limitBytes, isBodyOptional = false } = options;
    const body = await readJson(c.req.raw, { ...(limitBytes && { limitBytes }), optional: isBodyOptional });
    const run = validRun(options.runOf?.(c, body.ok ? body.value : null) ?? null);
    const session = await askedSession(c, body, options);
    const names = options.namesOf?.(body.ok ? body.value : null) ?? NO_NAMES;
    const admission = await askAccount(c, chosenOrg(c), options.rights, {
      modelCall: { run, ...(session && { session }) },
      ...(run && { sessionId: run.sessionId }),
      names,
    });
    if (!admission.ok) throw new AppError(admission.code);
    setAdmission(c, admission);
    c.set('body', body);
    c.set('rate', admission.rate);
    c.set('sessionId', admission.sessionId ?? run?.sessionId);
    c.set('sessionProgramId', admission.sessionProgramId ?? null);
    c.set('names', names);
    // An Account of the release before looks nothing up.
    c.set('scope', admission.scope ?? { ok: true, ...names });
    await next();
    setRateHeaders(c);
    if (c.error instanceof AppError)
      noteRefusal(c, c.error, run ?? validRun({ sessionId: c.get('sessionId'), runId: session?.runId }));
  };
}

async function askedSession(
  c: Context<EdgeEnv>,
  body: JsonBody,
  { sessionOf }: ModelCallOptions,
): Promise<SessionQuestion | null> {
  if (!sessionOf) return null;
  const session = await understood(body, (value) => sessionOf(c, value));
  return session.ok ? session.value : null;
}

/** Ids are compared as text further in, and kept: only what can be one is taken for one. */
function validRun(run: { readonly [K in keyof RequestedRun]: unknown } | null): RequestedRun | null {
  const sessionId = SessionId.safeParse(run?.sessionId);
  const runId = RunId.safeParse(run?.runId);
  return sessionId.success && runId.success ? { sessionId: sessionId.data, runId: runId.data } : null;
}

/** What a request asks for, or what is wrong with it: which of all refusals comes first is for the gate to say. */
export type Input<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: AppError };

/** @param parse throws an AppError where it does not understand */
export async function understood<T>(body: JsonBody, parse: (value: unknown) => Promise<T> | T): Promise<Input<T>> {
  if (!body.ok) return body;
  try {
    return { ok: true, value: await parse(body.value) };
  } catch (error) {
    if (error instanceof AppError) return { ok: false, error };
    throw error;
  }
}

export type ModelCall<T> = {
  /** Whether a model can answer, for these rights. Left out where the request must be done whatever is left to ask one. */
  readonly model?: () => ModelVerdict;
  readonly input: Input<T>;
};

/**
 * What is asked of a model, where nothing refuses it. Who passes waits for nobody; who is refused on old rights, or on what
 * a list tells of the conversation, is asked about again, and who would be refused later in the order than by spent quota
 * waits for the Budget.
 * @throws AppError, the first refusal; `access` may be fresher after it
 */
export async function requireOpenModelGate<T>(c: Context<EdgeEnv>, call: ModelCall<T>): Promise<T> {
  const { input } = call;
  const ask = (budget?: BudgetFigures): AppError | null => firstRefusal({ ...questionOf(c, call), budget });
  if (input.ok && !ask()) return input.value;
  await Promise.all([confirmRights(c), call.model && learnProgram(c)]);
  const refusal = ask();
  if (input.ok && !refusal) return input.value;
  const early = refusalBeforeQuota(questionOf(c, call));
  if (early) throw early;
  throw ask(await askBudget(c)) ?? refusal ?? new AppError('BAD_REQUEST');
}

/** A refusal on rights that may have changed would be one too many. */
async function confirmRights(c: Context<EdgeEnv>): Promise<void> {
  if (Date.now() - c.get('access').confirmedAt <= FRESH_MS) return;
  const sessionId = c.get('sessionId');
  const more = { names: c.get('names'), ...(sessionId && { sessionId }) };
  const admission = await askAccount(c, chosenOrg(c), 'confirmed', more);
  if (!admission.ok) throw new AppError(admission.code);
  setAdmission(c, admission);
  if (admission.scope) c.set('scope', admission.scope);
}

/** The list of conversations learns a moment later what one is about, and never that of a shared one. */
async function learnProgram(c: Context<EdgeEnv>): Promise<void> {
  const sessionId = c.get('sessionId');
  if (!sessionId) return;
  const access = c.get('access');
  const answer = await conversationOf(c.env, access.orgId, sessionId).read({ access });
  if (answer.ok) c.set('sessionProgramId', answer.session.programId);
}

function questionOf(c: Context<EdgeEnv>, { model, input }: ModelCall<unknown>): GateQuestion {
  const access = c.get('access');
  return {
    access,
    scope: scopeRefusal(c.get('scope')),
    input: input.ok ? null : input.error,
    rate: c.get('rate'),
    ...(model && { model: model() }),
  };
}

/** Undefined where the Budget does not answer: the request is refused in any case. */
function askBudget(c: Context<EdgeEnv>): Promise<BudgetFigures | undefined> {
  const { orgId, tokenAllowance = null } = c.get('access');
  const status = budgetCalls(c.env).status(orgId, { month: monthOf(Date.now()), limit: tokenAllowance });
  // Its silence is logged where it is asked.
  return status.catch(() => undefined);
}

/** In the syntax of draft-ietf-httpapi-ratelimit-headers: the policy as it is, and what is left of it. */
function setRateHeaders(c: Context<EdgeEnv>): void {
  const rate = c.get('rate');
  if (!rate) return;
  const { perMinute, burst } = aiRuleOf(c.env);
  c.header('RateLimit-Policy', `"ai";q=${perMinute};w=60;burst=${burst}`);
  c.header('RateLimit', `"ai";r=${rate.remaining};t=${rate.seconds}`);
}

/** Nobody waits for it: it is on its way when the reply is. */
function noteRefusal(c: Context<EdgeEnv>, { code }: AppError, run: RequestedRun | null): void {
  const { subject, orgId, userId } = c.get('access');
  const refusal = {
    ...{ orgId, userId, code, requestId: c.get('requestId') },
    ...{ sessionId: run?.sessionId ?? null, runId: run?.runId ?? null },
  };
  const noted = accountOf(c.env, subject)
    .noteRefusal(refusal)
    .catch((error: unknown) => logFailure('a refusal was not noted', error, { code, requestId: refusal.requestId }));
  waitUntil(noted);
}
