// Connects Harbor Desk to Groundwire, with nothing but documented commands and requests. Running it again changes nothing.
import { setTimeout } from 'node:timers/promises';
import { AUDIENCE } from './issuer.ts';
import { findManagers } from './people.ts';
import type { Helpdesk } from './run.ts';

/** Groundwire reads its list of issuers again at least this often. */
const PATIENCE_MS = 90_000;
const POLL_MS = 1000;

export type ConnectOptions = {
  readonly desk: Helpdesk;
  /** Groundwire's origin. */
  readonly assistant: string;
  /** Runs `npm run admin -- <words>` and returns what it prints. */
  readonly admin: (words: readonly string[]) => Promise<string>;
};

export async function connect({ desk, assistant, admin }: ConnectOptions): Promise<void> {
  const issuers = JSON.parse(await admin(['list-issuers', '--json'])) as { issuer: string }[];
  if (!issuers.some(({ issuer }) => issuer === desk.origin)) await admin(addIssuer(desk.origin, desk.jwksUrl));
  for (const manager of await findManagers(desk.database)) {
    await allowOrigin(assistant, desk.origin, manager.customerSlug, () => desk.issuer.sign(manager));
  }
}

/** What the operator of Groundwire runs once. Each customer becomes an organization when its first person arrives. */
export const addIssuer = (issuer: string, jwksUrl: string): string[] => [
  'add-issuer',
  issuer,
  ...['--jwks', jwksUrl],
  ...['--audience', AUDIENCE],
  ...['--claim', 'email=email,emailVerified=email_verified,name=name'],
  ...['--claim', 'organization=org,organizationName=org_name,role=role'],
  ...['--role', 'manager=admin,agent=member'],
  ...['--highest-role', 'admin'],
  ...['--create-orgs', 'professional', '--assistant'],
];

/** What an admin of each organization can also do in Settings: pages of this origin may show the assistant. */
export async function allowOrigin(
  assistant: string,
  origin: string,
  org: string,
  getToken: () => Promise<string>,
): Promise<void> {
  const address = `${assistant}/api/v1/settings/allowed-origins`;
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const headers = { Authorization: `Bearer ${await getToken()}`, 'X-Org': org, 'Content-Type': 'application/json' };
    const listed = await fetch(address, { headers });
    // Groundwire doesn't know the issuer yet, or its database is busy.
    if ([401, 503].includes(listed.status) && Date.now() < deadline) {
      await setTimeout(POLL_MS);
      continue;
    }
    if (!listed.ok) throw new Error(`Groundwire refused to list ${org}’s origins: ${await listed.text()}`);
    const { origins, version } = (await listed.json()) as { origins: string[]; version: number };
    if (origins.includes(origin)) return;
    const body = JSON.stringify({ origins: [...origins, origin], version });
    const saved = await fetch(address, { method: 'PUT', headers, body });
    if (!saved.ok) throw new Error(`Groundwire refused the origin ${origin} for ${org}: ${await saved.text()}`);
    return;
  }
}
