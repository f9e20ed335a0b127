// The embedded server keeps its data, restarts after a crash, and reports problems in one line.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { StackError } from '../stack/stack-error.ts';
import { type Postgres, type PostgresOptions, startPostgres } from './postgres.ts';

let options: PostgresOptions;
beforeAll(() => {
  // Closed to other users, like a folder from `mktemp -d` or root's home.
  options = {
    dir: join(mkdtempSync(join(tmpdir(), 'groundwire-')), 'a folder', 'postgres'),
    password: `p'w "/@:é`,
    durable: false,
  };
});
afterAll(() => rmSync(join(options.dir, '..', '..'), { recursive: true, force: true }));

async function ask(postgres: Postgres, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: postgres.ownerUrl('postgres') });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

test('keeps data between starts and after a crash', async () => {
  const first = await startPostgres(options);
  await ask(first, 'create table kept as select 1 as n');
  await ask(first, 'checkpoint');
  await first.stop();

  const second = await startPostgres(options);
  expect(await ask(second, 'select n from kept')).toEqual([{ n: 1 }]);
  process.kill(second.pid, 'SIGKILL');
  await second.exited;

  const third = await startPostgres(options);
  expect(await ask(third, 'select n from kept')).toEqual([{ n: 1 }]);
  await third.stop();
});

test('listens on the loopback address only and asks for the password', async () => {
  const postgres = await startPostgres(options);
  expect(await ask(postgres, `select current_setting('listen_addresses') as address`)).toEqual([
    { address: '127.0.0.1' },
  ]);
  const stranger = new pg.Client({ connectionString: postgres.ownerUrl('postgres').replace(/:[^:@]+@/, ':wrong@') });
  await expect(stranger.connect()).rejects.toThrow('password authentication failed');
  await postgres.stop();
});

test('reports a port in use in one line', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const error = await startPostgres({ ...options, port }).catch((thrown: unknown) => thrown);
  server.close();
  expect(error).toBeInstanceOf(StackError);
  expect((error as StackError).message).toMatch(/^PostgreSQL did not start: [^\n]+$/);
});
