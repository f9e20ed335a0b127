// Refuses to learn anybody's rights through a login that row level security does not hold: its answers would be
// everybody's. Asked once an isolate and database, beside the first question, so it delays nothing.
import { probeLogin } from '../postgres/probe.ts';
import type { PostgresDeps } from '../postgres/with-tenant.ts';

/** Databases that passed. A failure is asked again, so that a repaired one serves without a restart. */
const passed = new Set<string>();

/** @throws Error that names what is wrong with the login; AppError DATABASE_UNAVAILABLE */
export async function requireSafeLogin(deps: PostgresDeps): Promise<void> {
  if (passed.has(deps.databaseUrl)) return;
  const probe = await probeLogin(deps);
  if (!probe.ok) throw new UnsafeLoginError(probe.reasons);
  passed.add(deps.databaseUrl);
}

class UnsafeLoginError extends Error {
  /** Shown in the log, which leaves messages out. */
  readonly code: string;

  constructor(reasons: readonly string[]) {
    super('unsafe database login');
    this.name = 'UnsafeLoginError';
    this.code = reasons.join('; ');
  }
}
