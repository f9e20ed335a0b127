// Shared by all routes that call a model, on every wire: counts the request in the user's exact `ai` bucket, or a decision as
// any other request, in the same call that admits it, and records refusals.
import { waitUntil } from 'cloudflare:workers';
import type { Context, MiddlewareHandler } from 'hono';
import { budgetCalls } from '../../durable/budget/budget-calls.ts';
import { monthOf } from '../../durable/budget/month.ts';
import { accountOf, type ScopeNames, type SessionLookup } from '../../durable/contracts/account.ts';
import type { BudgetFigures } from '../../durable/contracts/budget.ts';
import { conversationOf } from '../../durable/contracts/conversation.ts';
import { RunId } from '../../durable/contracts/transcript.ts';
import { AppError } from '../../durable/errors.ts';
import { logFailure } from '../../durable/log.ts';
import { isAssistantEnabled, RIGHTS_FRESH_MS } from '../../durable/principal.ts';
import { SessionId } from '../api/fields-schema.ts';
import type { EdgeEnv } from '../edge-env.ts';
import { type JsonBody, readJson } from '../http/read-json.ts';
import { askAccount, chosenOrg, refusedAdmission, setAdmission, setRateHeaders } from './access.ts';
import { assistantEnabled, firstRefusal, type GateQuestion, type ModelVerdict, refusalBeforeQuota } from './gate.ts';
import { NO_NAMES, scopeRefusal } from './named-scope.ts';

/** The run that a request asks for, if its wire has ids for runs. Repeating it doesn't count. */
export type RequestedRun = { readonly sessionId: string; readonly runId: string };

export type ModelCallOptions = {
  /** As for `admitted`. */
  readonly rights: 'last-known' | 'confirmed';
  readonly limitBytes?: number | undefined;
  /** An empty body is then `undefined`. */
  readonly isBodyOptional?: boolean | undefined;
  /** Null if the request names no valid run. */
  readonly runOf?: (c: Context<EdgeEnv>, body: unknown) => RequestedRun | null;
  /**
   * For wires whose clients don't know session ids: how to find the session. The handler gets it as `sessionId`.
   * @throws AppError if the body is invalid, which is ignored here: the gate reports it
   */
  readonly sessionOf?: (c: Context<EdgeEnv>, body: unknown) => Promise<SessionLookup>;
  /** Whether the body has the user's decisions on approvals instead of a message, even if the rest of it is invalid. */
  readonly isDecision?: (body: unknown) => boolean;
  /** The program and design that the body names, even if the rest of it is invalid. */
  readonly namesOf?: (body: unknown) => ScopeNames;
};

/** Takes the place of `admitted`. Sets `body`, `rate` and what `admitted` sets, for the handler, which asks the gate. */
export function callsModel(options: ModelCallOptions): MiddlewareHandler<EdgeEnv> {
  return async function callModel(c, next) {
    const { limitBytes, isBodyOptional = false } = options;
    const body = await readJson(c.req.raw, { ...(limitBytes && { limitBytes }), optional: isBodyOptional });
    const run = validRun(options.runOf?.(c, body.ok ? body.value : null) ?? null);
    const session = await findRequestedSession(c, body, options);
    const names = options.namesOf?.(body.ok ? body.value : null) ?? NO_NAMES;
    const isDecision = options.isDecision?.(body.ok ? body.value : null) ?? false;
    const admission = await askAccount(c, chosenOrg(c), options.rights, {
      modelCall: { run, ...(session && { session }), ...(isDecision && { isDecision }) },
      ...(run && { sessionId: run.sessionId }),
      names,
    });
    if (!admission.ok) throw await refusedAdmission(c, admission.code);
    setAdmission(c, admission);
    c.set('body', body);
    // An Account of the previous release counts a decision as a model call.
    c.set('rate', admission.rate ?? admission.requests);
    c.set('sessionId', admission.sessionId ?? run?.sessionId);
    c.set('sessionProgramId', admission.sessionProgramId ?? null);
    c.set('names', names);
    // An Account of the previous release doesn't look up names.
    c.set('scope', admission.scope ?? { ok: true, ...names });
    await next();
    const bucket = admission.rate ? 'ai' : 'requests';
    const rate = c.get('rate');
    if (rate) setRateHeaders(c, bucket, rate);
    if (c.error instanceof AppError)
      noteRefusal(c, c.error, run ?? validRun({ sessionId: c.get('sessionId'), runId: session?.runId }));
  };
}

/** The assistant's flag, confirmed before it refuses, because the request may have been admitted on last-known rights. */
export const assistantEnabledByNow: MiddlewareHandler<EdgeEnv> = async function assistantEnabledByNow(c, next) {
  if (!isAssistantEnabled(c.get('access'))) await confirmRights(c);
  return assistantEnabled(c, next);
};

async function findRequestedSession(
  c: Context<EdgeEnv>,
  body: JsonBody,
  { sessionOf }: ModelCallOptions,
): Promise<SessionLookup | null> {
  if (!sessionOf) return null;
  const session = await understood(body, (value) => sessionOf(c, value));
  return session.ok ? session.value : null;
}

/** Ids are compared as text and stored, so only valid ones are used. */
function validRun(run: { readonly [K in keyof RequestedRun]: unknown } | null): RequestedRun | null {
  const sessionId = SessionId.safeParse(run?.sessionId);
  const runId = RunId.safeParse(run?.runId);
  return sessionId.success && runId.success ? { sessionId: sessionId.data, runId: runId.data } : null;
}

/** A parsed request or its error. The gate decides which refusal comes first. */
export type ParsedInput<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: AppError };

/** @param parse throws an AppError for invalid input */
export async function understood<T>(
  body: JsonBody,
  parse: (value: unknown) => Promise<T> | T,
): Promise<ParsedInput<T>> {
  if (!body.ok) return body;
  try {
    return { ok: true, value: await parse(body.value) };
  } catch (error) {
    if (error instanceof AppError) return { ok: false, error };
    throw error;
  }
}

export type ModelRequestCheck<T> = {
  /** Whether a model can answer, with these rights. Omitted for requests that must run even if no tokens are left. */
  readonly model?: () => ModelVerdict;
  /** `none` for requests that work while the assistant is off. */
  readonly feature?: 'none';
  readonly input: ParsedInput<T>;
};

/**
 * Returns the parsed request if nothing refuses it. A request that passes waits for no other object. A refusal based on old
 * rights, or on the list of conversations, is checked again first; a refusal that spent quota would precede waits for the
 * Budget.
 * @throws AppError, the first refusal; `access` may be fresher after it
 */
export async function requireOpenModelGate<T>(c: Context<EdgeEnv>, call: ModelRequestCheck<T>): Promise<T> {
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

/** Before a refusal, because the last-known rights may have changed. */
async function confirmRights(c: Context<EdgeEnv>): Promise<void> {
  if (Date.now() - c.get('access').confirmedAt <= RIGHTS_FRESH_MS) return;
  const sessionId = c.get('sessionId');
  const more = { names: c.get('names'), ...(sessionId && { sessionId }) };
  const admission = await askAccount(c, chosenOrg(c), 'confirmed', more);
  if (!admission.ok) throw await refusedAdmission(c, admission.code);
  setAdmission(c, admission);
  if (admission.scope) c.set('scope', admission.scope);
}

/** The list of conversations gets a conversation's program with a delay, and never that of a shared one. */
async function learnProgram(c: Context<EdgeEnv>): Promise<void> {
  const sessionId = c.get('sessionId');
  if (!sessionId) return;
  const access = c.get('access');
  const answer = await conversationOf(c.env, access.orgId, sessionId).read({ access });
  if (answer.ok) c.set('sessionProgramId', answer.session.programId);
}

function questionOf(c: Context<EdgeEnv>, { model, feature, input }: ModelRequestCheck<unknown>): GateQuestion {
  const access = c.get('access');
  return {
    access,
    scope: scopeRefusal(c.get('scope')),
    input: input.ok ? null : input.error,
    rate: c.get('rate'),
    ...(model && { model: model() }),
    ...(feature && { feature }),
  };
}

/** Undefined if the Budget does not answer: the request is refused in any case. */
function askBudget(c: Context<EdgeEnv>): Promise<BudgetFigures | undefined> {
  const { orgId, tokenAllowance = null } = c.get('access');
  const status = budgetCalls(c.env).status(orgId, { month: monthOf(Date.now()), limit: tokenAllowance });
  // budgetCalls logs the failure.
  return status.catch(() => undefined);
}

/** Runs in the background, so that the reply doesn't wait for it. */
function noteRefusal(c: Context<EdgeEnv>, { code }: AppError, run: RequestedRun | null): void {
  const { subject, orgId, userId } = c.get('access');
  const refusal = {
    orgId,
    userId,
    code,
    requestId: c.get('requestId'),
    sessionId: run?.sessionId ?? null,
    runId: run?.runId ?? null,
  };
  const noted = accountOf(c.env, subject)
    .noteRefusal(refusal)
    .catch((error: unknown) => logFailure('refusal.not_recorded', error, { code, requestId: refusal.requestId }));
  waitUntil(noted);
}
