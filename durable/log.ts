// The one place that writes to the log: one JSON line an event.
// Never a message, parameter or header of an error: Drizzle's and the driver's carry values and passwords.
import { AppError } from './errors.ts';

export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

/** Notes a failure that nobody awaits or that a client is told nothing about. */
export function logFailure(event: string, error: unknown, fields: LogFields = {}): void {
  // biome-ignore lint/suspicious/noConsole: this is where the house logs.
  console.error(JSON.stringify({ level: 'error', event, ...fields, error: describe(error) }));
}

type Described = { name: string; code?: string; at?: string[]; cause?: Described };

const FRAMES = 6;
const CAUSES = 3;

function describe(error: unknown, depth = 0): Described {
  if (!(error instanceof Error)) return { name: typeof error };
  const code = error instanceof AppError ? error.code : 'code' in error ? error.code : undefined;
  const described: Described = { name: error.name };
  if (typeof code === 'string') described.code = code;
  const at = frames(error.stack);
  if (at.length > 0) described.at = at;
  if (error.cause !== undefined && depth < CAUSES) described.cause = describe(error.cause, depth + 1);
  return described;
}

/** The stack without its first lines: those repeat the message. */
const frames = (stack: string | undefined): string[] =>
  (stack ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at '))
    .slice(0, FRAMES);
