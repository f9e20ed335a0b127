// A message that waited for the user's click is written by several runs, one after the other. Who reads it anew needs
// all of them: the call stands in one run, what came of it in the next.
import type { Context } from 'hono';
import { AppError } from '../durable/errors.ts';
import { joinLogs, type Logged, type RunLog } from './dialects/run-log.ts';
import type { EdgeEnv } from './edge-env.ts';
import { followRun, openRunLog, type RunIds } from './follow-run.ts';

/** Clicks on cards follow each other, each card a minute's thought; more than this is no conversation. */
const MAX_RUNS_OF_A_MESSAGE = 32;

/** The log of a run, and before it those of the runs whose message it goes on with. */
export async function readMessageLog(c: Context<EdgeEnv>, run: RunIds): Promise<RunLog> {
  const log = openRunLog(c, run, await followRun(c, { ...run, after: null }));
  const begun = await readUntilStarted(log);
  return joinLogs([...(await readProposing(c, run.sessionId, begun)), ...begun], log);
}

/** Whole runs that ended with cards, oldest first, of which the begun one carries out a decision. */
async function readProposing(
  c: Context<EdgeEnv>,
  sessionId: string,
  begun: readonly Logged[],
): Promise<readonly Logged[]> {
  const earlier: Logged[] = [];
  let parentRunId = parentOf(begun);
  for (let runs = 0; parentRunId !== null && runs < MAX_RUNS_OF_A_MESSAGE; runs += 1) {
    const run = await readWhole(c, { sessionId, runId: parentRunId });
    const end = run.at(-1)?.event;
    // A client may name any run as the parent of a new question; that one's answer is a message of its own.
    if (end?.type !== 'RUN_FINISHED' || end.outcome?.type !== 'interrupt') break;
    earlier.unshift(...run);
    parentRunId = parentOf(run);
  }
  return earlier;
}

async function readWhole(c: Context<EdgeEnv>, run: RunIds): Promise<readonly Logged[]> {
  try {
    return await readUntil(openRunLog(c, run, await followRun(c, { ...run, after: null })), () => false);
  } catch (error) {
    if (error instanceof AppError && error.code === 'NOT_FOUND') return [];
    throw error;
  }
}

const readUntilStarted = (log: RunLog): Promise<readonly Logged[]> =>
  readUntil(log, ({ event }) => event.type === 'RUN_STARTED');

async function readUntil(log: RunLog, isFound: (logged: Logged) => boolean): Promise<readonly Logged[]> {
  const read: Logged[] = [];
  while (!read.some(isFound)) {
    const items = await log.next();
    if (!items) break;
    read.push(...items.filter((item) => item !== 'alive'));
  }
  return read;
}

function parentOf(run: readonly Logged[]): string | null {
  const started = run.find(({ event }) => event.type === 'RUN_STARTED')?.event;
  return (started?.type === 'RUN_STARTED' && started.parentRunId) || null;
}
