// Plays Neon's HTTP endpoint (`POST /sql`) over any PostgreSQL: the wire that @neondatabase/serverless speaks.
// Role, password and database come from the connection string that the driver sends, so the login role is the real one;
// host and port never do, so nobody can point it elsewhere.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { z } from 'zod';
import { HOST } from './ports.ts';

const MAX_BODY_BYTES = 16 * 1024 * 1024;
const POOL_SIZE = 12;
const MAX_POOLS = 16;
const CONNECT_TIMEOUT_MS = 5_000;

const Query = z.object({ query: z.string(), params: z.array(z.unknown()).default([]) });
const Body = z.union([z.object({ queries: z.array(Query).min(1) }), Query]);
const ISOLATION_LEVELS: Readonly<Record<string, string>> = {
  ReadUncommitted: 'read uncommitted',
  ReadCommitted: 'read committed',
  RepeatableRead: 'repeatable read',
  Serializable: 'serializable',
};
const ERROR_FIELDS = [
  'severity',
  'code',
  'detail',
  'hint',
  'position',
  'internalPosition',
  'internalQuery',
  'where',
  'schema',
  'table',
  'column',
  'dataType',
  'constraint',
  'file',
  'line',
  'routine',
] as const;

/** The driver parses values itself, from the text that PostgreSQL sends. */
const RAW_TEXT: pg.CustomTypesConfig = { getTypeParser: () => (text: string) => text };

export type NeonEndpoint = { readonly fetchEndpoint: string; stop(): Promise<void> };

export type NeonEndpointOptions = {
  server: { host: string; port: number; ssl?: boolean };
  /** Where to listen on 127.0.0.1; any free port by default. */
  port?: number;
};

export async function startNeonEndpoint(options: NeonEndpointOptions): Promise<NeonEndpoint> {
  const pools = createPools(options.server);
  const server = createServer((request, response) => {
    answer(request, response, pools.get).catch((error: unknown) => refuse(response, error));
  });
  // Whoever reuses a connection in the moment in which it is closed for idleness would see an outage.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, HOST, resolve);
  });
  return {
    fetchEndpoint: `http://${HOST}:${(server.address() as AddressInfo).port}/sql`,
    stop: async function stopNeonEndpoint() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await pools.end();
    },
  };
}

const ignore = (): void => {};

class RequestError extends Error {}

function createPools(server: NeonEndpointOptions['server']) {
  const pools = new Map<string, pg.Pool>();
  return {
    get(connectionString: string): pg.Pool {
      const url = parseConnectionString(connectionString);
      const key = JSON.stringify([url.username, url.password, url.pathname]);
      const known = pools.get(key);
      if (known) {
        // Whoever was asked last stands last.
        pools.delete(key);
        pools.set(key, known);
        return known;
      }
      if (pools.size >= MAX_POOLS) dropIdle(pools);
      const pool = new pg.Pool({
        host: server.host,
        port: server.port,
        ssl: server.ssl ?? false,
        user: decodeURIComponent(url.username),
        password: decodeURIComponent(url.password),
        database: decodeURIComponent(url.pathname.slice(1)),
        max: POOL_SIZE,
        connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
        allowExitOnIdle: true,
      });
      // A server that goes away breaks idle connections; the next query makes new ones.
      pool.on('error', ignore);
      pools.set(key, pool);
      return pool;
    },
    end: async () => {
      await Promise.all([...pools.values()].map((pool) => pool.end()));
    },
  };
}

/** Lets go of the pool that was asked longest ago and does nothing now. @throws RequestError where all are busy */
function dropIdle(pools: Map<string, pg.Pool>): void {
  for (const [key, pool] of pools) {
    if (pool.waitingCount > 0 || pool.idleCount < pool.totalCount) continue;
    pools.delete(key);
    // A connection that breaks while it is closed is closed all the same.
    pool.end().catch(ignore);
    return;
  }
  throw new RequestError('too many different connection strings at once');
}

function parseConnectionString(text: string): URL {
  try {
    const url = new URL(text);
    if (/^postgres(ql)?:$/.test(url.protocol) && url.username !== '' && url.pathname.length > 1) return url;
  } catch {
    // Told below, without repeating the text: it holds a password.
  }
  throw new RequestError('the header Neon-Connection-String names no role and database');
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  poolOf: (url: string) => pg.Pool,
): Promise<void> {
  if (request.method !== 'POST' || request.url !== '/sql') return void response.writeHead(404).end('POST /sql');
  const body = Body.safeParse(JSON.parse(await readBody(request)));
  if (!body.success) throw new RequestError('the body holds neither a query nor queries');
  const pool = poolOf(headerOf(request, 'neon-connection-string') ?? '');
  const arrayMode = headerOf(request, 'neon-array-mode') === 'true';
  const client = await pool.connect();
  // A connection that breaks while in use fails its query, and tells so here as well.
  client.on('error', ignore);
  // As Neon does: nobody waits for the answer, so the query ends too.
  const cancel = () => {
    if (!response.writableEnded) pool.query('select pg_cancel_backend($1)', [processIdOf(client)]).catch(() => {});
  };
  response.once('close', cancel);
  let broken = false;
  try {
    const reply =
      'queries' in body.data
        ? { results: await runBatch(client, body.data.queries, beginStatement(request), arrayMode) }
        : await run(client, body.data, arrayMode);
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(reply));
  } catch (error) {
    broken = !(error instanceof pg.DatabaseError) || error.severity === 'FATAL';
    throw error;
  } finally {
    response.off('close', cancel);
    client.off('error', ignore);
    client.release(broken);
  }
}

async function runBatch(client: pg.PoolClient, queries: z.infer<typeof Query>[], begin: string, arrayMode: boolean) {
  await client.query(begin);
  try {
    const results = [];
    for (const query of queries) results.push(await run(client, query, arrayMode));
    await client.query('commit');
    return results;
  } catch (error) {
    await client.query('rollback').catch(() => {
      // The connection broke; the caller throws it away.
    });
    throw error;
  }
}

async function run(client: pg.PoolClient, { query, params }: z.infer<typeof Query>, arrayMode: boolean) {
  const config = {
    text: query,
    values: params,
    rowMode: arrayMode ? ('array' as const) : undefined,
    types: RAW_TEXT,
    // One statement a query, as with Neon: the simple protocol would take several.
    queryMode: 'extended',
  };
  const { command, rowCount, rows, fields } = await client.query(config as unknown as pg.QueryArrayConfig);
  return { command, rowCount, rows, fields, rowAsArray: arrayMode };
}

function beginStatement(request: IncomingMessage): string {
  const isolation = headerOf(request, 'neon-batch-isolation-level');
  const level = isolation === undefined ? undefined : ISOLATION_LEVELS[isolation];
  if (isolation !== undefined && level === undefined) throw new RequestError('unknown isolation level');
  return [
    'begin',
    level && `isolation level ${level}`,
    headerOf(request, 'neon-batch-read-only') === 'true' && 'read only',
    headerOf(request, 'neon-batch-deferrable') === 'true' && 'deferrable',
  ]
    .filter(Boolean)
    .join(' ');
}

function refuse(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) return void response.destroy();
  const isWrong = error instanceof pg.DatabaseError || error instanceof RequestError || error instanceof SyntaxError;
  const fields = error instanceof pg.DatabaseError ? pick(error) : {};
  const message = isWrong ? error.message : 'the database does not answer';
  // What was not read of the request would be taken for the next one on this connection.
  const close = response.req.complete ? {} : { Connection: 'close' };
  response.writeHead(isWrong ? 400 : 503, { 'Content-Type': 'application/json', ...close });
  response.end(JSON.stringify({ message, ...fields }));
}

const pick = (error: pg.DatabaseError) =>
  Object.fromEntries(ERROR_FIELDS.map((field) => [field, error[field] ?? null]));

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > MAX_BODY_BYTES) throw new RequestError('the body is too large');
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

// Part of the protocol and of pg, missing in its types.
const processIdOf = (client: pg.PoolClient): unknown => (client as unknown as { processID: unknown }).processID;
