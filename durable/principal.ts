// The caller's identity (Principal, from a verified token) and what they may do in an org (Access, from Postgres). Both cross
// object boundaries, so both are zod schemas. Neither is ever built from a request body.

import * as z from 'zod';
import { exactText } from './input-text.ts';

/** A verified identity. `subject` is `<issuer>|<sub>`, and names the user's Account object. */
export const Principal = z.strictObject({
  subject: exactText().min(1).max(512),
  /** The sign-in session's id, for browser sessions only; a bearer token of the org's own IdP has none. */
  signInId: z.uuid().optional(),
  /** Unix seconds. */
  expiresAt: z.int(),
});
export type Principal = z.infer<typeof Principal>;

export const PLANS = ['free', 'professional', 'enterprise'] as const;
export const Plan = z.enum(PLANS);
export type Plan = z.infer<typeof Plan>;

/**
 * What a user may do in an org, as Postgres confirmed it at `confirmedAt`. Objects of neighboring releases exchange it: new
 * fields must be optional, and it is not strict, so that the older side drops fields it does not know.
 */
export const Access = z.object({
  subject: z.string(),
  userId: z.uuid(),
  userName: z.string(),
  userEmail: z.string(),
  orgId: z.uuid(),
  orgSlug: z.string(),
  orgName: z.string(),
  plan: Plan,
  role: z.string(),
  permissions: z.array(z.string()),
  /** `tenant_settings.settings.experimentalFeatures`, every known feature present. */
  features: z.record(z.string(), z.boolean()),
  /** Unix milliseconds at which Postgres confirmed this snapshot. */
  confirmedAt: z.int(),
  /** Tokens the org may use per UTC month: 0 means no AI, null no limit. Absent only during a deploy. */
  tokenAllowance: z.int().nonnegative().nullable().optional(),
  /** Models the org may use in addition to its plan's. */
  extraModels: z.array(z.string()).optional(),
  /** The operator's changes to the catalog of models, as JSON text that `model-overrides.ts` reads. */
  modelOverrides: z.string().optional(),
});
export type Access = z.infer<typeof Access>;

/** The part of an Access that decides which models are available. */
export type PlanRights = Pick<Access, 'plan' | 'extraModels' | 'modelOverrides'>;

/** A membership as Postgres returns it: Access without the subject and time, all fields present. */
export const Membership = Access.omit({ subject: true, confirmedAt: true }).required({
  tokenAllowance: true,
  extraModels: true,
});
export type Membership = z.infer<typeof Membership>;

/**
 * Access older than this is confirmed again before data is shown, and regularly during a run. A removed member loses access
 * within this time plus one round trip.
 */
export const RIGHTS_FRESH_MS = 30_000;

/** Whether the org's admins turned the assistant on. It is off by default. */
export const isAssistantEnabled = (access: Access): boolean => access.features.aiAssistant === true;
