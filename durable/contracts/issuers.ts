// Issuers whose tokens we accept, as operators describe them, and what the Worker reads from a verified token.
import * as z from 'zod';
import { exactText } from '../input-text.ts';

/** A claim's name, or names joined by dots for nested claims. A name may itself have dots: `https://example.com/org`. */
const ClaimPath = exactText().min(1).max(255);

export const ClaimPaths = z.strictObject({
  subject: ClaimPath.default('sub'),
  email: ClaimPath.optional(),
  /** If given, an address counts only if this claim is true. */
  emailVerified: ClaimPath.optional(),
  name: ClaimPath.optional(),
  /** Text, a list of texts, or an object whose keys are the organizations. Without it, the issuer speaks for one organization. */
  organization: ClaimPath.optional(),
  /** The organization's name, for one that the issuer creates. */
  organizationName: ClaimPath.optional(),
  role: ClaimPath.optional(),
});
export type ClaimPaths = z.infer<typeof ClaimPaths>;

const RoleName = exactText().min(1).max(64);

/** What an organization gets that an issuer names first. */
const NewOrgs = z.strictObject({
  plan: z.enum(['free', 'professional', 'enterprise']),
  roles: z
    .array(z.strictObject({ name: RoleName, permissions: z.array(exactText().min(1).max(64)).max(200) }))
    .min(1)
    .max(20),
  settings: z.strictObject({ experimentalFeatures: z.record(exactText().max(64), z.boolean()) }),
});

export const IssuerSettings = z.strictObject({
  /** As in the tokens' `iss`, character by character. */
  issuer: exactText()
    .min(1)
    .max(255)
    .refine((issuer) => !issuer.includes('|'), 'must not contain |'),
  jwksUrl: z.url().max(2048),
  /** One of them has to be in the token's `aud`. */
  audiences: z.array(exactText().min(1).max(255)).min(1).max(20),
  /** The `typ` of its tokens; `none` if they have none. */
  tokenType: z.enum(['at+jwt', 'JWT', 'none']).default('at+jwt'),
  clockToleranceSeconds: z.int().min(0).max(60).default(30),
  /** An older token is refused even before its own `exp`. */
  maxAgeSeconds: z.int().min(60).max(86_400).default(3_600),
  claims: ClaimPaths.prefault({}),
  /** Whether a token names all of a person's organizations, or only the one they work in now. */
  listsOrgs: z.enum(['all', 'current']).default('all'),
  /** Our role for each of the issuer's. Other names count as they are. */
  roleNames: z.record(exactText().min(1).max(255), RoleName).default({}),
  /** For tokens without a role that we know. Null: these people don't join. */
  defaultRole: RoleName.nullable().default('member'),
  /** The highest role it can grant. */
  highestRole: RoleName.default('member'),
  newOrgs: NewOrgs.nullable().default(null),
  isEnabled: z.boolean().default(true),
});
export type IssuerSettings = z.infer<typeof IssuerSettings>;

/** A value of the organization claim and the organization that it means. */
export const IssuerOrg = z.strictObject({
  claimed: exactText().min(1).max(255),
  org: exactText().min(1).max(63),
});
export type IssuerOrg = z.infer<typeof IssuerOrg>;

/** As stored. Not strict: the database can be a release ahead. */
export const TrustedIssuer = z.object({ ...IssuerSettings.shape, id: z.uuid() });
export type TrustedIssuer = z.infer<typeof TrustedIssuer>;

const ClaimedName = exactText().min(1).max(255);

/** What a verified token says besides who it is for, at the claims that the issuer's settings name. */
export const IssuerClaims = z.object({
  /** The token's `iat`. */
  issuedAt: z.int(),
  orgs: z.array(ClaimedName).max(50),
  orgName: exactText().min(1).max(200).nullable(),
  roles: z.array(ClaimedName).max(100),
  email: exactText().min(3).max(320).nullable(),
  name: exactText().min(1).max(200).nullable(),
});
export type IssuerClaims = z.infer<typeof IssuerClaims>;
