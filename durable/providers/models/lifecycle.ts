// When providers stop serving a model. The dates are the providers' own and apply to their own servers: gateways and clouds have
// their own dates, which the product doesn't know.
import type { Lifecycle } from './model-entry.ts';
import { MODELS, type Model } from './models.ts';
import { dayOf } from './price-lists.ts';

/** How early admins are warned. */
const NOTICE_DAYS = 60;
const DAY_MS = 86_400_000;

export type LifecycleState = {
  /**
   * `retiring`: the announced end is near. `unpromised`: the provider's promise to serve it ends soon or has ended, and no end
   * is announced. `retired`: the provider refuses it.
   */
  readonly stage: 'served' | 'unpromised' | 'retiring' | 'retired';
  /** The day of the end, or of the promise's end. Null if neither is known. */
  readonly on: string | null;
  /** A model to switch to, by id. */
  readonly successor: string | null;
};

export function lifecycleAt(
  lifecycle: Pick<Lifecycle, 'retires' | 'servedUntilAtLeast' | 'successor'> | null,
  now: number,
): LifecycleState {
  const { retires, servedUntilAtLeast, successor = null } = lifecycle ?? {};
  const isNear = (day: string): boolean => day <= dayOf(now + NOTICE_DAYS * DAY_MS);
  if (retires !== undefined) {
    const stage = retires <= dayOf(now) ? 'retired' : isNear(retires) ? 'retiring' : 'served';
    return { stage, on: retires, successor };
  }
  if (servedUntilAtLeast === undefined) return { stage: 'served', on: null, successor };
  return { stage: isNear(servedUntilAtLeast) ? 'unpromised' : 'served', on: servedUntilAtLeast, successor };
}

export const labelOf = (id: string): string => MODELS.find((model) => model.id === id)?.label ?? id;

/** For people, in place of the general text of MODEL_RETIRED. */
export function retiredDetail({ label, lifecycle }: Pick<Model, 'label' | 'lifecycle'>, now: number): string {
  const { on, successor } = lifecycleAt(lifecycle, now);
  const choice = successor === null ? 'another model' : `${labelOf(successor)} or another model`;
  return `The provider retired ${label} on ${on}. Choose ${choice}. If an admin set it, ask them to change it in Settings.`;
}
