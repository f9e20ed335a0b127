// Emulates Neon's HTTP endpoint (`POST /sql`) on top of any PostgreSQL, for @neondatabase/serverless. Role, password and
// database come from the connection string that the driver sends, so queries run as the real login role. Host and port
// don't, so a client can't redirect it.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import pg from 'pg';
import * as z from 'zod';
import { HOST } from '../stack/ports.ts';

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

/** Values stay as PostgreSQL's text, because the driver parses them itself. */
const RAW_TEXT: pg.CustomTypesConfig = { getTypeParser: () => (text: string) => text };

export type NeonEndpoint = { readonly fetchEndpoint: string; stop(): Promise<void> };

export type NeonEndpointOptions = {
  server: { host: string; port: number; ssl?: boolean };
  /** The port on 127.0.0.1; any free one by default. */
  port?: number;
};

export async function startNeonEndpoint(options: NeonEndpointOptions): Promise<NeonEndpoint> {
  const pools = createPools(options.server);
  const server = createServer((request, response) => {
    answer(request, response, pools.get).catch((error: unknown) => refuse(response, error));
  });
  // A client that reuses an idle connection just as it is closed would see an outage.
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
        // The most recently used pool is last.
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
      // A stopping server breaks idle connections; the next query opens new ones.
      pool.on('error', ignore);
      pools.set(key, pool);
      return pool;
    },
    end: async () => {
      await Promise.all([...pools.values()].map((pool) => pool.end()));
    },
  };
}

/** Closes the idle pool that was used longest ago. @throws RequestError if all are busy */
function dropIdle(pools: Map<string, pg.Pool>): void {
  for (const [key, pool] of pools) {
    if (pool.waitingCount > 0 || pool.idleCount < pool.totalCount) continue;
    pools.delete(key);
    // A connection that breaks while closing is closed anyway.
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
    // Reported below without the text, which contains a password.
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
  // A connection that breaks while in use fails its query, and also emits an error here.
  client.on('error', ignore);
  // Like Neon: the client has left, so cancel its query too.
  const cancel = () => {
    if (!response.writableEnded) cancelQuery(client, pool.options);
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
      // The connection broke; the caller discards it.
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
    // One statement per query, as with Neon: the simple protocol would accept several.
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
  // Unread parts of the body would be parsed as the next request on this connection.
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

// Exists in the protocol and in pg, but not in its types.
const CANCEL_REQUEST_CODE = 80_877_102;

/** Sends the protocol's cancel request, which needs no right: the Worker's login may not call pg_cancel_backend. */
function cancelQuery(client: pg.PoolClient, { host = HOST, port = 5432 }: pg.PoolOptions): void {
  const { processID, secretKey } = client as unknown as { processID: number; secretKey: number };
  const request = Buffer.alloc(16);
  [request.length, CANCEL_REQUEST_CODE, processID, secretKey].forEach((value, index) => {
    request.writeInt32BE(value, index * 4);
  });
  const socket = connect(port, host, () => socket.end(request));
  socket.on('error', ignore);
}
