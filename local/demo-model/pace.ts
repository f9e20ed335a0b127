// How fast tokens come. A wait ends early, by throwing, when its signal aborts.
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds to the first token, and from one token to the next. */
export type Pace = { readonly firstTokenMs: number; readonly tokenMs: number } | 'human' | 'instant';

/** Around 50 tokens a second, the first after a third of a second: what people know from hosted models. */
const HUMAN = { firstTokenMs: 320, tokenMs: 20 };

export async function waitForToken(pace: Pace, index: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const delayMs = delayBefore(pace, index);
  if (delayMs > 0) await sleep(delayMs, undefined, { signal });
}

/** Milliseconds before the token with this index. */
export function delayBefore(pace: Pace, index: number): number {
  if (pace === 'instant') return 0;
  if (pace !== 'human') return index === 0 ? pace.firstTokenMs : pace.tokenMs;
  return (index === 0 ? HUMAN.firstTokenMs : HUMAN.tokenMs) * unevenness(index);
}

/** Between 0.78 and 1.22, the same for the same index: text that comes like clockwork looks wrong. */
function unevenness(index: number): number {
  return 1 + 0.22 * Math.sin(index * 2.4);
}
