// The run's id where a client chose it, so that it may send the same request again and be told what came of the first.
import type { Context } from 'hono';
import { RunId } from '../durable/conversation/requests.ts';
import type { EdgeEnv } from './edge-env.ts';
import { parseInput } from './problem.ts';

/** @throws AppError BAD_REQUEST where it is no id. */
export function requestedRunId(c: Context<EdgeEnv>): string | undefined {
  const id = c.req.header('X-Run-Id') ?? c.req.header('Idempotency-Key');
  return id === undefined ? undefined : parseInput(RunId, id);
}
