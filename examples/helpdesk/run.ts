// Starts Harbor Desk itself, and nothing else: the database's tables, the script of the React page, and the server.
import { join } from 'node:path';
import { build } from 'esbuild';
import { type Database, openDatabase } from './database.ts';
import { createHelpdesk } from './helpdesk.ts';
import { createIssuer, type Issuer } from './issuer.ts';
import { serve } from './serve.ts';

export type Helpdesk = {
  readonly origin: string;
  readonly jwksUrl: string;
  readonly database: Database;
  readonly issuer: Issuer;
  stop(): Promise<void>;
};

export type RunOptions = {
  /** A Postgres database of Harbor Desk's own. */
  readonly databaseUrl: string;
  readonly port: number;
  /** Where the assistant is reached. */
  readonly assistant: string;
  readonly tokenSeconds?: number;
};

export async function runHelpdesk(options: RunOptions): Promise<Helpdesk> {
  const { databaseUrl, port, assistant } = options;
  // Another host name than the assistant's, as in production: no cookie is shared.
  const origin = `http://localhost:${port}`;
  const [database, boardScript] = await Promise.all([openDatabase(databaseUrl), buildBoard()]);
  const issuer = createIssuer(database, origin, options.tokenSeconds);
  const server = await serve(createHelpdesk({ database, issuer, origin, assistant, boardScript }), { port, origin });
  return {
    origin,
    // The address of this machine that the server listens on.
    jwksUrl: `http://127.0.0.1:${port}/.well-known/jwks.json`,
    database,
    issuer,
    stop: async function stopHelpdesk() {
      server.closeAllConnections();
      server.close();
      await database.end();
    },
  };
}

async function buildBoard(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'board.tsx')],
    bundle: true,
    minify: true,
    format: 'esm',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}
