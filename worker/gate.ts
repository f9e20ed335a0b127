// The one order of refusals behind 401 and 404, which come from authenticate and access. First refusal wins, so that
// nobody learns by a malformed request what a well-formed one would not tell. Nothing here asks anyone anything.
import type { MiddlewareHandler } from 'hono';
import { AppError } from '../durable/errors.ts';
import { type Access, isAssistantEnabled } from '../durable/principal.ts';
import type { EdgeEnv } from './edge-env.ts';

/** Whether a model can answer this request, as the providers' registry says. */
export type ModelVerdict =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: 'PROVIDER_UNCONFIGURED' | 'MODEL_NOT_IN_PLAN' | 'MODEL_UNKNOWN' };

export type GateQuestion = {
  readonly access: Access;
  /** Left out where the request asks nothing of a model. */
  readonly model?: ModelVerdict;
  /** What is wrong with the request itself: size, form, unknown keys. */
  readonly input?: AppError | null;
};

type Refusal = (question: GateQuestion) => AppError | null;

/** In order. A settings row that is off (503), spent quota (402) and the exact rate (429) belong where the comments stand. */
const REFUSALS: readonly Refusal[] = [
  ({ access }) => (isAssistantEnabled(access) ? null : new AppError('ASSISTANT_DISABLED')),
  // FEATURE_DISABLED
  ({ model }) => modelRefusal(model, 'PROVIDER_UNCONFIGURED'),
  ({ model }) => modelRefusal(model, 'MODEL_NOT_IN_PLAN'),
  // QUOTA_EXCEEDED
  // RATE_LIMITED
  ({ input }) => input ?? null,
  ({ model }) => modelRefusal(model, 'MODEL_UNKNOWN'),
];

export function firstRefusal(question: GateQuestion): AppError | null {
  for (const refuse of REFUSALS) {
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

const modelRefusal = (
  model: ModelVerdict | undefined,
  code: Exclude<ModelVerdict, { ok: true }>['code'],
): AppError | null => (model && !model.ok && model.code === code ? new AppError(code) : null);
