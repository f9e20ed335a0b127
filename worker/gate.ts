// The one order of refusals behind 401 and 404, which come from authenticate and access. First refusal wins, so that
// nobody learns by a malformed request what a well-formed one would not tell. Nothing here asks anyone anything.
import type { MiddlewareHandler } from 'hono';
import type { RateVerdict } from '../durable/account/rate-bucket.ts';
import { monthOf, renewalOf } from '../durable/budget/month.ts';
import { quotaExceeded } from '../durable/budget/quota.ts';
import type { BudgetFigures } from '../durable/budget/requests.ts';
import { AppError } from '../durable/errors.ts';
import type { Permission } from '../durable/permissions.ts';
import { type Access, isAssistantEnabled } from '../durable/principal.ts';
import type { EdgeEnv } from './edge-env.ts';

/** Whether a model can answer this request, as the providers' registry says. */
export type ModelVerdict =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly code: 'FEATURE_DISABLED' | 'PROVIDER_UNCONFIGURED' | 'MODEL_NOT_IN_PLAN' | 'MODEL_UNKNOWN';
    };

export type GateQuestion = {
  readonly access: Access;
  /** What the request names and the person does not see, or nobody could say whether they do. */
  readonly scope?: AppError | null;
  /** Left out where the request asks nothing of a model. */
  readonly model?: ModelVerdict;
  /** How the org's month stands, where that was asked. A plan without AI tokens needs no asking. */
  readonly budget?: BudgetFigures | undefined;
  readonly rate?: RateVerdict | undefined;
  /** What is wrong with the request itself: size, form, unknown keys. */
  readonly input?: AppError | null;
};

type Refusal = (question: GateQuestion) => AppError | null;

/** In order. */
const BEFORE_QUOTA: readonly Refusal[] = [
  ({ access }) => (isAssistantEnabled(access) ? null : new AppError('ASSISTANT_DISABLED')),
  // Whose settings these are is not told to who does not see it.
  ({ scope }) => scope ?? null,
  // A settings row that is off.
  ({ model }) => modelRefusal(model, 'FEATURE_DISABLED'),
  ({ model }) => modelRefusal(model, 'PROVIDER_UNCONFIGURED'),
  ({ model }) => modelRefusal(model, 'MODEL_NOT_IN_PLAN'),
];

const FROM_QUOTA_ON: readonly Refusal[] = [
  quotaRefusal,
  ({ rate }) => (!rate || rate.ok ? null : new AppError('RATE_LIMITED', { retryAfterSeconds: rate.seconds })),
  ({ input }) => input ?? null,
  ({ model }) => modelRefusal(model, 'MODEL_UNKNOWN'),
];

export const firstRefusal = (question: GateQuestion): AppError | null =>
  firstOf([...BEFORE_QUOTA, ...FROM_QUOTA_ON], question);

/** One that comes before that of spent quota, and so stands whatever is left. */
export const refusalBeforeQuota = (question: GateQuestion): AppError | null => firstOf(BEFORE_QUOTA, question);

function firstOf(refusals: readonly Refusal[], question: GateQuestion): AppError | null {
  for (const refuse of refusals) {
    const refusal = refuse(question);
    if (refusal) return refusal;
  }
  return null;
}

/** @throws AppError, the first refusal. */
export function requireOpenGate(question: GateQuestion): void {
  const refusal = firstRefusal(question);
  if (refusal) throw refusal;
}

/** Behind it stand all routes of the assistant, those that ask no model too. */
export const assistantEnabled: MiddlewareHandler<EdgeEnv> = async function assistantEnabled(c, next) {
  requireOpenGate({ access: c.get('access') });
  await next();
};

/** Refuses whoever's role has none of these, before anything of the request is looked at. Behind `admitted`. */
export function permitted(...anyOf: readonly Permission[]): MiddlewareHandler<EdgeEnv> {
  return async function permit(c, next) {
    const { permissions } = c.get('access');
    if (!anyOf.some((permission) => permissions.includes(permission))) throw new AppError('FORBIDDEN');
    await next();
  };
}

function quotaRefusal({ access, model, budget }: GateQuestion): AppError | null {
  if (!model) return null;
  if (budget?.isSpent) return quotaExceeded(budget, access);
  return access.tokenAllowance === 0 ? quotaExceeded(noTokens(), access) : null;
}

/** Of a plan without AI tokens, where nobody could be asked: there is nothing to count. */
function noTokens(): BudgetFigures {
  const month = monthOf(Date.now());
  return { month, used: 0, reserved: 0, limit: 0, left: 0, renewsAt: renewalOf(month), isSpent: true };
}

const modelRefusal = (
  model: ModelVerdict | undefined,
  code: Exclude<ModelVerdict, { ok: true }>['code'],
): AppError | null => (model && !model.ok && model.code === code ? new AppError(code) : null);
