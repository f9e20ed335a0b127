// What the tests inside workerd run against: a seeded PostgreSQL with the Neon endpoint, the demo model at full speed, an
// imitation of both providers that answers what a message asks it to, and an identity provider. Handed to the Worker under
// test as bindings; its real entry never learns that it is tested.
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { z } from 'zod';
import { appUrl } from './database.ts';
import { startDemoIssuer } from './demo-issuer/demo-issuer.ts';
import { startDemoModel } from './demo-model/demo-model.ts';
import { startMockProvider } from './mock-provider.ts';
import { addNeighbour } from './neighbour.ts';
import setUpPostgres, { TEMPLATE, type TestPostgres } from './test-postgres.ts';
import { buildBindings } from './worker-bindings.ts';

declare module 'vitest' {
  interface ProvidedContext {
    workerBindings: Record<string, string>;
    /** Settings of a Worker whose people sign in at the demo issuer. */
    issuerSettings: Record<'OIDC_ISSUER' | 'OIDC_CLIENT_ID' | 'OIDC_CLIENT_SECRET', string>;
    /** Speaks both wires. A message of JSON with `answers` says what each answer of its turn is to be. */
    mockProviderUrl: string;
  }
}

const DATABASE = 'groundwire_workerd';
/** Characters an event: arguments come in one, so that a test which cuts them at each byte has fewer bytes to cut at. */
const WHOLE_ARGUMENTS = 1_000;
const Call = z.object({ id: z.string(), name: z.string(), arguments: z.string() });
const Asked = z.object({ answers: z.array(z.union([z.string(), z.array(Call)])) });

// biome-ignore lint/style/noDefaultExport: vitest calls a global set-up by its default export.
export default async function setUpWorker(project: TestProject): Promise<() => Promise<void>> {
  const tearDownPostgres = await setUpPostgres(project);
  const postgres = project.getProvidedContext().postgres;
  await copyTemplate(postgres);
  await addRows(postgres);
  const demo = await startDemoModel({ pace: 'instant' });
  const issuer = await startDemoIssuer({ origins: ['http://groundwire.test', 'https://groundwire.test'] });
  const mock = await startMockProvider({ chunkSize: WHOLE_ARGUMENTS });
  mock.script('"answers":', ({ text, step }) => Asked.parse(JSON.parse(text)).answers[step] ?? '');
  project.provide('mockProviderUrl', mock.url);
  project.provide(
    'workerBindings',
    buildBindings({
      settings: {},
      keys: { ...postgres, sessionKey: randomBytes(32).toString('base64'), ownerPassword: '' },
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
    await addNeighbour(owner);
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
