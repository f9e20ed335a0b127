// How an org keeps its people's conversations: so many of the newest, for so long. Pinned ones, and those that several
// people share, are always kept.
import { z } from 'zod';

export const SessionRules = z.object({
  keepNewest: z.int().min(1).max(500),
  /** Null: however old. */
  retentionDays: z.int().min(1).max(3650).nullable(),
});
export type SessionRules = z.infer<typeof SessionRules>;

/** Of an org that has said nothing. */
export const DEFAULT_SESSION_RULES: SessionRules = { keepNewest: 50, retentionDays: null };
