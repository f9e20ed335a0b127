// Starts what the workerd tests need: a seeded PostgreSQL with the Neon endpoint, the demo model at full speed, an imitation
// of both providers that answers what a message asks it to, and an identity provider. The Worker under test gets them as
// bindings; its entry is the real one.
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import * as z from 'zod';
import { startDemoIssuer } from '../demo-issuer/demo-issuer.ts';
import { startDemoModel } from '../demo-model/demo-model.ts';
import { appUrl } from '../postgres/database.ts';
import { buildBindings } from '../stack/worker/worker-bindings.ts';
import { ensureBuiltWeb } from './built-web.ts';
import { addNeighbor } from './neighbor.ts';
import { startMockProvider } from './providers/mock-provider.ts';
import { ADMIN_PERMISSIONS, MEMBER_PERMISSIONS, TEST_ORGS, type TestOrg } from './test-orgs.ts';
import setUpPostgres, { TEMPLATE, type TestPostgres } from './test-postgres.ts';

declare module 'vitest' {
  interface ProvidedContext {
    workerBindings: Record<string, string>;
    /** Settings of a Worker whose users sign in at the demo issuer. */
    issuerSettings: Record<'OIDC_ISSUER' | 'OIDC_CLIENT_ID' | 'OIDC_CLIENT_SECRET', string>;
    /** Speaks both wires. A JSON message with `answers` sets the answers of its turn. */
    mockProviderUrl: string;
  }
}

const DATABASE = 'groundwire_workerd';
/** Characters per event. Large enough for a call's arguments to fit into one, so that tests that cut a stream at every byte have fewer bytes. */
const WHOLE_ARGUMENTS = 1_000;
const Call = z.object({ id: z.string(), name: z.string(), arguments: z.string() });
const ScriptedAnswers = z.object({ answers: z.array(z.union([z.string(), z.array(Call)])) });

// biome-ignore lint/style/noDefaultExport: vitest calls a global set-up by its default export.
export default async function setUpWorker(project: TestProject): Promise<() => Promise<void>> {
  const [tearDownPostgres] = await Promise.all([setUpPostgres(project), ensureBuiltWeb()]);
  const postgres = project.getProvidedContext().postgres;
  await copyTemplate(postgres);
  await addRows(postgres);
  await seedTestOrgs(postgres);
  const demo = await startDemoModel({ pace: 'instant' });
  const issuer = await startDemoIssuer({ origins: ['http://groundwire.test', 'https://groundwire.test'] });
  const mock = await startMockProvider({ chunkSize: WHOLE_ARGUMENTS });
  mock.script('"answers":', ({ text, step }) => ScriptedAnswers.parse(JSON.parse(text)).answers[step] ?? '');
  project.provide('mockProviderUrl', mock.url);
  project.provide(
    'workerBindings',
    buildBindings({
      // Tests send more requests than people. One test counts the limit with settings of its own.
      // Models end; tests of them don't.
      settings: {
        ...{ REQUESTS_PER_MINUTE: '60000', REQUEST_BURST: '60000', CATALOG_DATE: '2026-12-01' },
        OPERATOR_TOKEN: 'operator-token-of-the-tests-0123456789',
      },
      keys: {
        ...postgres,
        sessionKey: randomBytes(32).toString('base64'),
        masterKeys: `v1:${randomBytes(32).toString('base64')}`,
        auditKeys: `a1:${randomBytes(32).toString('base64')}`,
        ownerPassword: '',
      },
      databaseUrl: appUrl(postgres.port, postgres.appPassword, DATABASE),
      neonFetchEndpoint: postgres.fetchEndpoint,
      demoModelUrl: demo.url,
    }),
  );
  project.provide('issuerSettings', issuer.settings);
  return async () => {
    await issuer.close();
    await mock.stop();
    await demo.close();
    await tearDownPostgres();
  };
}

async function addRows({ adminUrl }: TestPostgres): Promise<void> {
  const owner = new pg.Client({ connectionString: adminUrl.replace(/\/postgres$/, `/${DATABASE}`) });
  await owner.connect();
  try {
    await addNeighbor(owner);
  } finally {
    await owner.end();
  }
}

async function copyTemplate({ adminUrl }: TestPostgres): Promise<void> {
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  try {
    await admin.query(`create database ${DATABASE} template ${TEMPLATE}`);
  } finally {
    await admin.end();
  }
}

async function seedTestOrgs({ adminUrl }: TestPostgres): Promise<void> {
  const owner = new pg.Client({ connectionString: adminUrl.replace(/\/postgres$/, `/${DATABASE}`) });
  await owner.connect();
  try {
    for (const org of Object.values(TEST_ORGS)) await seedTestOrg(owner, org);
  } finally {
    await owner.end();
  }
}

async function seedTestOrg(owner: pg.Client, org: TestOrg): Promise<void> {
  const { id, slug, plan, people, programs, designs } = org;
  await owner.query('insert into orgs (id, slug, name, plan) values ($1, $2, $2, $3)', [id, slug, plan]);
  for (const [role, permissions] of [
    ['admin', ADMIN_PERMISSIONS],
    ['member', MEMBER_PERMISSIONS],
  ]) {
    await owner.query('insert into roles (org_id, name, permissions) values ($1, $2, $3)', [id, role, permissions]);
  }
  await owner.query('insert into tenant_settings (org_id, settings) values ($1, $2)', [
    id,
    { experimentalFeatures: { aiAssistant: true } },
  ]);
  for (const [name, person] of Object.entries(people)) {
    const role = name === 'member' ? 'member' : 'admin';
    await owner.query('insert into users (id, subject, email, name) values ($1, $2, $3, $4)', [
      ...[person.id, person.subject, person.subject.replace('test:', ''), `${name} of ${slug}`],
    ]);
    await owner.query('insert into memberships (org_id, user_id, role) values ($1, $2, $3)', [id, person.id, role]);
  }
  for (const [code, program] of Object.entries(programs)) {
    await owner.query('insert into plm.programs (org_id, id, code, name) values ($1, $2, $3, $4)', [
      ...[id, program, code, `${code} program`],
    ]);
  }
  for (const [code, design] of Object.entries(designs)) {
    await owner.query('insert into plm.designs (org_id, id, program_id, code, name) values ($1, $2, $3, $4, $5)', [
      ...[id, design, programs[code.replace('-1', '') as keyof typeof programs], code, `${code} design`],
    ]);
  }
  for (const program of [programs.OPEN, programs.NEXT]) {
    await owner.query(
      `insert into plm.program_members (org_id, program_id, user_id, role) values ($1, $2, $3, 'engineer')`,
      [id, program, people.member.id],
    );
  }
}
