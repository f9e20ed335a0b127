// The only code that writes to the log: one JSON line per event. Never logs an error's message, parameters or headers,
// because those of the database driver contain values and passwords.
import { AppError } from './errors.ts';

export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

/** Logs a failure. `event` is a stable key such as `outbox.drain_failed`. */
export function logFailure(event: string, error: unknown, fields: LogFields = {}): void {
  // biome-ignore lint/suspicious/noConsole: the only place that logs.
  console.error(JSON.stringify({ level: 'error', event, ...fields, error: describe(error) }));
}

/** Logs something that happened, for those who collect the logs. */
export function logNotice(event: string, fields: LogFields): void {
  // biome-ignore lint/suspicious/noConsole: the only place that logs.
  console.log(JSON.stringify({ level: 'info', event, ...fields }));
}

type ErrorDescription = { name: string; code?: string; at?: string[]; cause?: ErrorDescription };

const FRAMES = 6;
const CAUSES = 3;

function describe(error: unknown, depth = 0): ErrorDescription {
  if (!(error instanceof Error)) return { name: typeof error };
  const code = error instanceof AppError ? error.code : 'code' in error ? error.code : undefined;
  const described: ErrorDescription = { name: error.name };
  if (typeof code === 'string') described.code = code;
  const at = frames(error.stack);
  if (at.length > 0) described.at = at;
  if (error.cause !== undefined && depth < CAUSES) described.cause = describe(error.cause, depth + 1);
  return described;
}

/** Stack frames only: the first lines of a stack repeat the message. */
const frames = (stack: string | undefined): string[] =>
  (stack ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at '))
    .slice(0, FRAMES);
