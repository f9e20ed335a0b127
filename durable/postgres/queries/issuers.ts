// The issuers that the installation trusts, and what their tokens grant. Postgres decides what a token's claims mean; the Worker only
// signs what a verified token says.
import { sql } from 'drizzle-orm';
import * as z from 'zod';
import { type IssuerClaims, TrustedIssuer } from '../../contracts/issuers.ts';
import { AppError } from '../../errors.ts';
import type { Claim } from '../session-claim.ts';
import { getDatabaseFault } from '../sqlstate.ts';
import { type PostgresDeps, withTenant } from '../with-tenant.ts';
import { fetchMemberships, type Membership } from './memberships.ts';

const INSTALLATION: Claim = { kind: 'installation' };

/** The enabled ones. @throws AppError DATABASE_UNAVAILABLE */
export async function fetchTrustedIssuers(deps: PostgresDeps): Promise<TrustedIssuer[]> {
  const [{ rows }] = await withTenant(
    deps,
    INSTALLATION,
    (db) => [db.execute(sql`select issuer from trusted_issuers() issuer`)],
    { readOnly: true },
  );
  return rows.flatMap((row) => {
    // One that this release can't read must not lock out the users of the others.
    const issuer = TrustedIssuer.safeParse(row['issuer']);
    return issuer.success ? [issuer.data] : [];
  });
}

const WithOrgs = TrustedIssuer.extend({ orgs: z.array(z.object({ claimed: z.string(), org: z.string() })) });
export type IssuerWithOrgs = z.output<typeof WithOrgs>;

/** All of them, for the operator. @throws AppError DATABASE_UNAVAILABLE */
export async function listIssuers(deps: PostgresDeps): Promise<IssuerWithOrgs[]> {
  const [{ rows }] = await withTenant(
    deps,
    INSTALLATION,
    (db) => [db.execute(sql`select issuer from list_issuers() issuer`)],
    { readOnly: true },
  );
  return rows.map((row) => WithOrgs.parse(row['issuer']));
}

const Changed = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), data: z.object({ issuer: WithOrgs, orgIds: z.array(z.uuid()) }) }),
  z.object({
    ok: z.literal(false),
    code: z.enum(['NOT_FOUND', 'ISSUER_EXISTS', 'ORG_UNKNOWN']),
    message: z.string(),
  }),
]);

/** @param input all settings, `orgs` to add and `removedOrgs`; for `remove` only `issuer`. @throws AppError */
export async function changeIssuer(
  deps: PostgresDeps,
  change: 'add' | 'set' | 'remove',
  input: Readonly<Record<string, unknown>>,
  requestId: string,
): Promise<z.output<typeof Changed>> {
  const [{ rows }] = await withTenant(deps, INSTALLATION, (db) => [
    db.execute(sql`select change_issuer(${change}, ${JSON.stringify(input)}::jsonb, ${requestId}) as result`),
  ]);
  return Changed.parse(rows[0]?.['result']);
}

const Plan = z.object({
  /** The organizations that the token names. */
  reach: z.array(z.uuid()),
  /** What it would change: in one organization each, or in one that doesn't exist yet. */
  steps: z.array(z.object({ orgId: z.uuid().nullable(), userId: z.uuid().nullable(), founds: z.string().nullable() })),
});

export type GrantedAccess = { readonly memberships: readonly Membership[]; readonly reach: readonly string[] };

/** Others can change the same rows at the same time. Then the plan is made again. */
const MAX_ATTEMPTS = 3;

/**
 * The user's memberships after what their issuer's token grants or withdraws, and which of them the token names. Writes only if
 * the token's claims differ from what is stored.
 * @throws AppError DATABASE_UNAVAILABLE
 */
export async function fetchGranted(deps: PostgresDeps, subject: string, claims: IssuerClaims): Promise<GrantedAccess> {
  const grant = { subject, ...claims };
  for (let attempt = 1; ; attempt += 1) {
    const plan = await planGrant(deps, grant);
    const isDone = plan.steps.length === 0 || attempt > MAX_ATTEMPTS;
    if (isDone) return { memberships: await fetchMemberships(deps, subject), reach: plan.reach };
    const newUserId = crypto.randomUUID();
    for (const { orgId, userId, founds } of plan.steps) {
      const org = orgId ?? crypto.randomUUID();
      await applyGrant(deps, { org, user: userId ?? newUserId, grant: { ...grant, ...(founds && { founds }) } });
    }
  }
}

async function planGrant(
  deps: PostgresDeps,
  grant: IssuerClaims & { readonly subject: string },
): Promise<z.output<typeof Plan>> {
  const [{ rows }] = await withTenant(
    deps,
    { kind: 'subject', sub: grant.subject, grant },
    (db) => [db.execute(sql`select plan_issuer_grant() as plan`)],
    { readOnly: true },
  );
  const plan = Plan.safeParse(rows[0]?.['plan']);
  if (!plan.success) throw new AppError('INTERNAL', { cause: 'plan_issuer_grant returned an unknown result' });
  return plan.data;
}

async function applyGrant(
  deps: PostgresDeps,
  step: { readonly org: string; readonly user: string; readonly grant: object },
): Promise<void> {
  try {
    await withTenant(deps, { kind: 'system', ...step }, (db) => [db.execute(sql`select apply_issuer_grant(null)`)]);
  } catch (error) {
    const fault = getDatabaseFault(error);
    // Another request created the same person or organization first: the next plan knows them.
    if (fault?.kind === 'duplicate' || fault?.kind === 'denied' || fault?.kind === 'contended') return;
    throw error;
  }
}
