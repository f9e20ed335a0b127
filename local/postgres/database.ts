// Starts the local database: PostgreSQL, migrations, demo data and the Neon endpoint in front of it. If one step fails,
// everything that was started is stopped.
import { migrate } from '../../migrations/migrate.ts';
import { MigrationError } from '../../migrations/sql-files.ts';
import { seedDemoData } from '../demo-data/demo-data.ts';
import { HOST } from '../stack/ports.ts';
import { StackError } from '../stack/stack-error.ts';
import { startNeonEndpoint } from './neon-endpoint.ts';
import { ensureDatabase, type Postgres, startPostgres } from './postgres.ts';

export type DatabaseOptions = {
  /** Kept between starts. */
  dir: string;
  /** The password of the superuser that runs migrations. */
  ownerPassword: string;
  /** The password of groundwire_app. */
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

/** @throws StackError with one line for the user. */
export async function startDatabase(options: DatabaseOptions): Promise<Database> {
  const database = options.database ?? 'groundwire';
  const { dir, durable, sharedBuffers = '64MB' } = options;
  const postgres = await startPostgres({ dir, password: options.ownerPassword, durable, sharedBuffers });
  try {
    await ensureDatabase(postgres, database);
    const ownerUrl = postgres.ownerUrl(database);
    const applied = await migrate({ ownerUrl, appPassword: options.appPassword, claimKey: options.claimKey }).catch(
      (error: unknown) => {
        throw describeMigrationError(error);
      },
    );
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

function describeMigrationError(error: unknown): unknown {
  if (!(error instanceof MigrationError)) return error;
  const reason =
    error.code === 'previous-schema' ? 'the local data has the schema of an earlier release' : error.message;
  return new StackError(`${reason}; run \`npm run dev -- --reset\` to start with empty data`, { cause: error });
}
