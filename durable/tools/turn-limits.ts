// Limits what one turn may do (R33), so that a looping model is stopped with a typed outcome. A turn that waited for an
// approval keeps the counts from before the wait.
import * as z from 'zod';
import { digestOf, type Json } from '../canonical-json.ts';

/** Requests to the model. */
const MAX_STEPS = 8;
const MAX_CALLS = 16;
/** The same tool with the same arguments. */
const MAX_IDENTICAL = 2;

/** Stored with the run. */
export const TurnUse = z.object({
  steps: z.int(),
  calls: z.int(),
  /** How often each call was made, by the digest of its name and arguments. */
  seen: z.record(z.string(), z.int()),
});
export type TurnUse = z.infer<typeof TurnUse>;

export type CallAdmission = 'admitted' | 'repeated' | 'too-many-calls';

export type TurnLimits = ReturnType<typeof createTurnLimits>;

export function createTurnLimits(used: TurnUse = { steps: 0, calls: 0, seen: {} }) {
  let { steps, calls } = used;
  const seen = new Map(Object.entries(used.seen));

  /** Counts a request to the model. False if the turn has reached its limit and must end. */
  function beginStep(): boolean {
    if (steps >= MAX_STEPS) return false;
    steps += 1;
    return true;
  }

  /** Counts a call. `args` are parsed if they are valid JSON, otherwise the model's text. */
  async function admit(name: string, args: Json): Promise<CallAdmission> {
    // Counted before the await, because parallel calls are admitted concurrently.
    calls += 1;
    if (calls > MAX_CALLS) return 'too-many-calls';
    const digest = await digestOf([name, args]);
    const times = (seen.get(digest) ?? 0) + 1;
    seen.set(digest, times);
    return times > MAX_IDENTICAL ? 'repeated' : 'admitted';
  }

  function use(): TurnUse {
    return { steps, calls, seen: Object.fromEntries(seen) };
  }

  return { beginStep, admit, use };
}
