// Who asks (Principal, from a verified token) and what they may do in one org (Access, from Postgres).
// Both cross object boundaries, so both are zod shapes. Neither is ever built from a request body.
import { z } from 'zod';

/** A verified identity. `subject` is the token's `sub`, or `<issuer>|<sub>`; the key of the person's Account object. */
export const Principal = z.strictObject({
  subject: z.string().min(1).max(512),
  /** The sign-in session's id, for browser sessions only; a bearer token of the org's own IdP has none. */
  signInId: z.uuid().optional(),
  /** Unix seconds at which the token stops being valid. */
  expiresAt: z.int(),
});
export type Principal = z.infer<typeof Principal>;

export const PLANS = ['free', 'professional', 'enterprise'] as const;
export const Plan = z.enum(PLANS);
export type Plan = z.infer<typeof Plan>;

/**
 * What one person may do in one org, as Postgres said at `confirmedAt`. Objects of neighbouring releases exchange it: new
 * fields are optional, and it is not strict, so that the older side drops what it does not know.
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
  /** Tokens that the org may use in a UTC month; 0 is no AI, null no limit. Absent only in the seconds of a deploy. */
  tokenAllowance: z.int().nonnegative().nullable().optional(),
  /** Models that the org may use beyond those of its plan. */
  extraModels: z.array(z.string()).optional(),
});
export type Access = z.infer<typeof Access>;

/** What of an Access says which models there are. */
export type PlanRights = Pick<Access, 'plan' | 'extraModels'>;

/** A membership as Postgres tells it and the Account keeps it: Access without the person, whole. */
export const Membership = Access.omit({ subject: true, confirmedAt: true }).required({
  tokenAllowance: true,
  extraModels: true,
});
export type Membership = z.infer<typeof Membership>;

/** The switch of the whole assistant: off unless the org's admins turned it on. */
export const isAssistantEnabled = (access: Access): boolean => access.features.aiAssistant === true;
