// What the tests inside workerd run against: a seeded PostgreSQL with the Neon endpoint, and the demo model at full
// speed. Handed to the Worker under test as bindings; its real entry never learns that it is tested.
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { appUrl } from './database.ts';
import { startDemoModel } from './demo-model/demo-model.ts';
import setUpPostgres, { TEMPLATE, type TestPostgres } from './test-postgres.ts';
import { buildBindings } from './worker-bindings.ts';

declare module 'vitest' {
  interface ProvidedContext {
    workerBindings: Record<string, string>;
  }
}

const DATABASE = 'groundwire_workerd';

// biome-ignore lint/style/noDefaultExport: vitest calls a global set-up by its default export.
export default async function setUpWorker(project: TestProject): Promise<() => Promise<void>> {
  const tearDownPostgres = await setUpPostgres(project);
  const postgres = project.getProvidedContext().postgres;
  await copyTemplate(postgres);
  const demo = await startDemoModel({ pace: 'instant' });
  project.provide(
    'workerBindings',
    buildBindings({
      settings: {},
      keys: {
        ...postgres,
        sessionKey: randomBytes(32).toString('base64'),
        masterKeys: `v1:${randomBytes(32).toString('base64')}`,
        ownerPassword: '',
      },
      databaseUrl: appUrl(postgres.port, postgres.appPassword, DATABASE),
      neonFetchEndpoint: postgres.fetchEndpoint,
      demoModelUrl: demo.url,
    }),
  );
  return async () => {
    await demo.close();
    await tearDownPostgres();
  };
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
