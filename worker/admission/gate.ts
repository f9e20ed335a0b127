// The order of refusals after 401 and 404, which come from authenticate and access. The first one wins, so that a malformed
// request reveals nothing that a valid one wouldn't. Pure: nothing here calls another object.
import type { MiddlewareHandler } from 'hono';
import { monthOf, renewalOf } from '../../durable/budget/month.ts';
import { quotaExceeded } from '../../durable/budget/quota.ts';
import type { RateVerdict } from '../../durable/contracts/account.ts';
import type { BudgetFigures } from '../../durable/contracts/budget.ts';
import { AppError } from '../../durable/errors.ts';
import { type Access, isAssistantEnabled } from '../../durable/principal.ts';
import type { EdgeEnv } from '../edge-env.ts';

/** Whether a model can answer this request, according to the provider registry. */
export type ModelVerdict =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly code:
        | 'FEATURE_DISABLED'
        | 'PROVIDER_UNCONFIGURED'
        | 'MODEL_NOT_IN_PLAN'
        | 'MODEL_NEEDS_OWN_KEY'
        | 'MODEL_RETIRED'
        | 'MODEL_UNKNOWN';
      readonly detail?: string;
    };

export type GateQuestion = {
  readonly access: Access;
  /** `none` for requests that work while the assistant is off. */
  readonly feature?: 'none';
  /** The refusal for a name that the user can't see or that couldn't be looked up. */
  readonly scope?: AppError | null;
  /** Omitted for requests that need no model. */
  readonly model?: ModelVerdict;
  /** The org's usage this month, if it was read. A plan without AI tokens doesn't need it. */
  readonly budget?: BudgetFigures | undefined;
  readonly rate?: RateVerdict | undefined;
  /** Faults of the request itself: size, form, unknown keys. */
  readonly input?: AppError | null;
};

type Check = (question: GateQuestion) => AppError | null;

/** In order. */
const BEFORE_QUOTA: readonly Check[] = [
  ({ access, feature }) =>
    feature === 'none' || isAssistantEnabled(access) ? null : new AppError('ASSISTANT_DISABLED'),
  // Before the refusals from settings, so that users don't learn the settings of a program that they can't see.
  ({ scope }) => scope ?? null,
  // A settings row turned the assistant off.
  ({ model }) => modelRefusal(model, 'FEATURE_DISABLED'),
  ({ model }) => modelRefusal(model, 'PROVIDER_UNCONFIGURED'),
  ({ model }) => modelRefusal(model, 'MODEL_NOT_IN_PLAN'),
  ({ model }) => modelRefusal(model, 'MODEL_NEEDS_OWN_KEY'),
  ({ model }) => modelRefusal(model, 'MODEL_RETIRED'),
];

const FROM_QUOTA_ON: readonly Check[] = [
  quotaRefusal,
  ({ rate }) => (!rate || rate.ok ? null : new AppError('RATE_LIMITED', { retryAfterSeconds: rate.seconds })),
  ({ input }) => input ?? null,
  ({ model }) => modelRefusal(model, 'MODEL_UNKNOWN'),
];

export const firstRefusal = (question: GateQuestion): AppError | null =>
  firstOf([...BEFORE_QUOTA, ...FROM_QUOTA_ON], question);

/** The first refusal that comes before the quota check, if any. */
export const refusalBeforeQuota = (question: GateQuestion): AppError | null => firstOf(BEFORE_QUOTA, question);

function firstOf(checks: readonly Check[], question: GateQuestion): AppError | null {
  for (const check of checks) {
    const refusal = check(question);
    if (refusal) return refusal;
  }
  return null;
}

/** @throws AppError, the first refusal. */
export function requireOpenGate(question: GateQuestion): void {
  const refusal = firstRefusal(question);
  if (refusal) throw refusal;
}

/** Guards every route of the assistant, including those that call no model. */
export const assistantEnabled: MiddlewareHandler<EdgeEnv> = async function assistantEnabled(c, next) {
  requireOpenGate({ access: c.get('access') });
  await next();
};

function quotaRefusal({ access, model, budget }: GateQuestion): AppError | null {
  if (!model) return null;
  if (budget?.isSpent) return quotaExceeded(budget, access);
  return access.tokenAllowance === 0 ? quotaExceeded(noTokens(), access) : null;
}

/** For a plan without AI tokens: there is nothing to count. */
function noTokens(): BudgetFigures {
  const month = monthOf(Date.now());
  return { month, used: 0, reserved: 0, limit: 0, left: 0, renewsAt: renewalOf(month), isSpent: true };
}

function modelRefusal(
  model: ModelVerdict | undefined,
  code: Exclude<ModelVerdict, { ok: true }>['code'],
): AppError | null {
  if (!model || model.ok || model.code !== code) return null;
  return new AppError(code, model.detail === undefined ? {} : { detail: model.detail });
}
