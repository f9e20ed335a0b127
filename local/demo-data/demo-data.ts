// Stores the demo orgs, people and product data. A second run adds missing rows and overwrites no one’s changes.
// Needs a login that bypasses row-level security; only the local stack and the tests use it.
import pg from 'pg';
import { DEMO_ORGS, DEMO_PEOPLE, requireDemoOrg } from './demo-people.ts';
import { seedDemoPlm } from './plm/demo-plm.ts';
import { seedDemoProduction } from './production/demo-production.ts';

export async function seedDemoData(options: { ownerUrl: string }): Promise<void> {
  const client = new pg.Client({ connectionString: options.ownerUrl });
  await client.connect();
  try {
    await client.query('begin');
    for (const org of DEMO_ORGS) await putOrg(client, org);
    for (const person of DEMO_PEOPLE) await putPerson(client, person);
    await seedDemoPlm(client);
    await seedDemoProduction(client, new Date().toISOString().slice(0, 10));
    await client.query('commit');
  } finally {
    // Also ends a failed transaction.
    await client.end();
  }
}

async function putOrg(client: pg.Client, org: (typeof DEMO_ORGS)[number]): Promise<void> {
  await client.query('insert into orgs (id, slug, name, plan) values ($1, $2, $3, $4) on conflict do nothing', [
    org.id,
    org.slug,
    org.name,
    org.plan,
  ]);
  for (const role of org.roles) {
    await client.query('insert into roles (org_id, name, permissions) values ($1, $2, $3) on conflict do nothing', [
      org.id,
      role.name,
      role.permissions,
    ]);
  }
  await client.query('insert into tenant_settings (org_id, settings) values ($1, $2) on conflict do nothing', [
    org.id,
    { experimentalFeatures: { aiAssistant: org.aiAssistant } },
  ]);
}

async function putPerson(client: pg.Client, person: (typeof DEMO_PEOPLE)[number]): Promise<void> {
  await client.query('insert into users (id, subject, email, name) values ($1, $2, $3, $4) on conflict do nothing', [
    person.id,
    person.subject,
    person.email,
    person.name,
  ]);
  for (const [slug, role] of Object.entries(person.memberships)) {
    await client.query('insert into memberships (org_id, user_id, role) values ($1, $2, $3) on conflict do nothing', [
      requireDemoOrg(slug).id,
      person.id,
      role,
    ]);
  }
}
