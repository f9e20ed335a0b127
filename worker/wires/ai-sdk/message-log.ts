// A message that waited for an approval is written by several runs. A client that loads it again needs all of them: the call
// is in one run, its result in the next.
import type { Context } from 'hono';
import { AppError } from '../../../durable/errors.ts';
import { followRun, openRunLog, type RunIds } from '../../api/chat/follow-run.ts';
import type { EdgeEnv } from '../../edge-env.ts';
import { joinLogs, type LoggedEvent, type RunLog } from '../run-log.ts';

/** A bound on chained approvals; no real conversation has more. */
const MAX_RUNS_OF_A_MESSAGE = 32;

/** The log of a run, preceded by the logs of the runs whose message it continues. */
export async function readMessageLog(c: Context<EdgeEnv>, run: RunIds): Promise<RunLog> {
  const log = openRunLog(c, run, await followRun(c, { ...run, after: null }));
  const started = await readUntilStarted(log);
  return joinLogs([...(await readProposing(c, run.sessionId, started)), ...started], log);
}

/** Whole runs that ended with approvals which the current run continues, oldest first. */
async function readProposing(
  c: Context<EdgeEnv>,
  sessionId: string,
  started: readonly LoggedEvent[],
): Promise<readonly LoggedEvent[]> {
  const earlier: LoggedEvent[] = [];
  let parentRunId = parentOf(started);
  for (let runs = 0; parentRunId !== null && runs < MAX_RUNS_OF_A_MESSAGE; runs += 1) {
    const run = await readToEnd(c, { sessionId, runId: parentRunId });
    const end = run.at(-1)?.event;
    // A client may name any run as the parent of a new question; that run's answer is a separate message.
    if (end?.type !== 'RUN_FINISHED' || end.outcome?.type !== 'interrupt') break;
    earlier.unshift(...run);
    parentRunId = parentOf(run);
  }
  return earlier;
}

async function readToEnd(c: Context<EdgeEnv>, run: RunIds): Promise<readonly LoggedEvent[]> {
  try {
    return await readUntil(openRunLog(c, run, await followRun(c, { ...run, after: null })), () => false);
  } catch (error) {
    if (error instanceof AppError && error.code === 'NOT_FOUND') return [];
    throw error;
  }
}

const readUntilStarted = (log: RunLog): Promise<readonly LoggedEvent[]> =>
  readUntil(log, ({ event }) => event.type === 'RUN_STARTED');

async function readUntil(log: RunLog, isFound: (logged: LoggedEvent) => boolean): Promise<readonly LoggedEvent[]> {
  const read: LoggedEvent[] = [];
  while (!read.some(isFound)) {
    const items = await log.next();
    if (!items) break;
    read.push(...items.filter((item) => item !== 'alive'));
  }
  return read;
}

function parentOf(run: readonly LoggedEvent[]): string | null {
  const started = run.find(({ event }) => event.type === 'RUN_STARTED')?.event;
  return (started?.type === 'RUN_STARTED' && started.parentRunId) || null;
}
