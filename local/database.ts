// The local database as a whole: PostgreSQL, migrations, demo data and the Neon endpoint in front of it.
// Everything that it started is stopped again when one of its steps fails.
import { migrate } from '../migrations/migrate.ts';
import { seedDemoData } from './demo-data.ts';
import { startNeonEndpoint } from './neon-endpoint.ts';
import { HOST } from './ports.ts';
import { ensureDatabase, type Postgres, startPostgres } from './postgres.ts';

export type DatabaseOptions = {
  /** Kept between starts. */
  dir: string;
  /** Of the superuser that migrates. */
  ownerPassword: string;
  /** Of groundwire_app. */
  appPassword: string;
  /** `<kid>:<base64>` */
  claimKey: string;
  durable: boolean;
  database?: string;
  sharedBuffers?: string;
};

export type Database = {
  readonly postgres: Postgres;
  /** A superuser's address, for people and tests. */
  readonly ownerUrl: string;
  /** The Worker's DATABASE_URL: logs in as groundwire_app. */
  readonly databaseUrl: string;
  /** The Worker's NEON_FETCH_ENDPOINT. */
  readonly fetchEndpoint: string;
  /** Names of the migrations that this start applied. */
  readonly applied: readonly string[];
  stop(): Promise<void>;
};

/** @throws StackError | MigrationError, both with one line that may be shown. */
export async function startDatabase(options: DatabaseOptions): Promise<Database> {
  const database = options.database ?? 'groundwire';
  const { dir, durable, sharedBuffers = '64MB' } = options;
  const postgres = await startPostgres({ dir, password: options.ownerPassword, durable, sharedBuffers });
  try {
    await ensureDatabase(postgres, database);
    const ownerUrl = postgres.ownerUrl(database);
    const applied = await migrate({ ownerUrl, appPassword: options.appPassword, claimKey: options.claimKey });
    await seedDemoData({ ownerUrl });
    const endpoint = await startNeonEndpoint({ server: { host: HOST, port: postgres.port } });
    return {
      postgres,
      ownerUrl,
      databaseUrl: appUrl(postgres.port, options.appPassword, database),
      fetchEndpoint: endpoint.fetchEndpoint,
      applied,
      stop: async function stopDatabase() {
        await endpoint.stop();
        await postgres.stop();
      },
    };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

/** The address of the app role on a local server. */
export const appUrl = (port: number, password: string, database: string): string =>
  `postgresql://groundwire_app:${encodeURIComponent(password)}@${HOST}:${port}/${database}`;
