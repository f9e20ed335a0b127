// Classifies a failed transaction by its SQLSTATE. Only this file reads a driver's error: its message can contain SQL and
// parameters, so it never leaves this file, not even into a log.
import { AppError, type ErrorCode } from '../errors.ts';

const DATABASE_FAULTS = [
  /** No response: connection, restart, too many clients. Retry later. */
  'unavailable',
  /** The statement or the whole request took too long and was canceled. */
  'timeout',
  /** Conflict with a concurrent transaction. Retry. */
  'contended',
  /** Rejected by a policy or a missing privilege. */
  'denied',
  /** A write in a read-only transaction. */
  'read_only',
  /** A row with that key exists. */
  'duplicate',
  /** Invalid data: constraint, type, missing parent. Retrying does not help. */
  'invalid',
  /** The database does not match this code: password, missing table or function. */
  'misconfigured',
] as const;
type DatabaseFaultKind = (typeof DATABASE_FAULTS)[number];

/** Safe to log. `constraint` is a name from our own migrations. */
export type DatabaseFault = {
  readonly kind: DatabaseFaultKind;
  readonly sqlstate: string | null;
  readonly constraint: string | null;
};

/** Full codes first, then classes (the first two characters). */
const KIND_OF_SQLSTATE: Readonly<Record<string, DatabaseFaultKind>> = {
  '57014': 'timeout',
  '25006': 'read_only',
  '42501': 'denied',
  '23505': 'duplicate',
  '55P03': 'contended',
  '28': 'misconfigured',
  '3D': 'misconfigured',
  '3F': 'misconfigured',
  '42': 'misconfigured',
  '22': 'invalid',
  '23': 'invalid',
  '44': 'invalid',
  // Too deep, or too long for an index.
  '54': 'invalid',
  P0: 'invalid',
  '40': 'contended',
  '08': 'unavailable',
  '53': 'unavailable',
  '57': 'unavailable',
  '58': 'unavailable',
  XX: 'unavailable',
};

const CODE_OF_KIND: Readonly<Record<DatabaseFaultKind, ErrorCode>> = {
  unavailable: 'DATABASE_UNAVAILABLE',
  timeout: 'DATABASE_UNAVAILABLE',
  contended: 'DATABASE_UNAVAILABLE',
  denied: 'FORBIDDEN',
  read_only: 'FORBIDDEN',
  duplicate: 'INTERNAL',
  invalid: 'INTERNAL',
  misconfigured: 'DATABASE_UNAVAILABLE',
};

/** A restart or a failover of Postgres takes some seconds. */
const RETRY_AFTER_SECONDS = 10;

/** An AppError whose cause is a DatabaseFault. */
export function toDatabaseError(error: unknown): AppError {
  const fault = readFault(error);
  const code = CODE_OF_KIND[fault.kind];
  return new AppError(code, {
    cause: fault,
    ...(code === 'DATABASE_UNAVAILABLE' && { retryAfterSeconds: RETRY_AFTER_SECONDS }),
  });
}

/** The fault behind an error that `withTenant` threw; null for any other error. */
export function getDatabaseFault(error: unknown): DatabaseFault | null {
  return error instanceof AppError && isFault(error.cause) ? error.cause : null;
}

function readFault(error: unknown): DatabaseFault {
  const sqlstate = findText(error, 'code', /^[0-9A-Z]{5}$/);
  if (sqlstate !== null) {
    const kind = KIND_OF_SQLSTATE[sqlstate] ?? KIND_OF_SQLSTATE[sqlstate.slice(0, 2)] ?? 'unavailable';
    return { kind, sqlstate, constraint: findText(error, 'constraint', /^[a-z0-9_]{1,63}$/) };
  }
  const isTimeout = chain(error).some(
    (link) => link instanceof Error && ['TimeoutError', 'AbortError'].includes(link.name),
  );
  return { kind: isTimeout ? 'timeout' : 'unavailable', sqlstate: null, constraint: null };
}

function findText(error: unknown, property: string, shape: RegExp): string | null {
  for (const link of chain(error)) {
    const value = (link as Record<string, unknown>)[property];
    if (typeof value === 'string' && shape.test(value)) return value;
  }
  return null;
}

/** The error and the errors it wraps: drizzle uses `cause`, the driver `sourceError`. */
function chain(error: unknown): object[] {
  const links: object[] = [];
  let link: unknown = error;
  while (typeof link === 'object' && link !== null && links.length < 5) {
    links.push(link);
    const { cause, sourceError } = link as { cause?: unknown; sourceError?: unknown };
    link = cause ?? sourceError;
  }
  return links;
}

const isFault = (cause: unknown): cause is DatabaseFault =>
  typeof cause === 'object' &&
  cause !== null &&
  DATABASE_FAULTS.some((kind) => kind === (cause as { kind?: unknown }).kind);
