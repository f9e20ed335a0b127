// An org's rules for how many conversations of its members are stored, and for how long. Pinned and shared ones are always
// kept.
import * as z from 'zod';

export const SessionRules = z.object({
  keepNewest: z.int().min(1).max(500),
  /** Null: no limit. */
  retentionDays: z.int().min(1).max(3650).nullable(),
});
export type SessionRules = z.infer<typeof SessionRules>;

/** For an org without its own rules. */
export const DEFAULT_SESSION_RULES: SessionRules = { keepNewest: 50, retentionDays: null };
