// How a Worker's environment reaches Postgres.
import { settingsOf } from '../env.ts';
import type { PostgresDeps } from './with-tenant.ts';

export function postgresDepsOf(env: object): PostgresDeps {
  const { DATABASE_URL, CLAIM_KEY, NEON_FETCH_ENDPOINT } = settingsOf(env);
  return { databaseUrl: DATABASE_URL, claimKey: CLAIM_KEY, fetchEndpoint: NEON_FETCH_ENDPOINT };
}
