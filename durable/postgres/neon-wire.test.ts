// The local endpoint speaks Neon's HTTP protocol: the unmodified driver gets the same results as from Neon.
import { NeonDbError, neon, neonConfig } from '@neondatabase/serverless';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../local/testing/test-database.ts';

let database: TestDatabase;
let client: ReturnType<typeof neon<false, false>>;
beforeAll(async () => {
  database = await createTestDatabase();
  neonConfig.fetchEndpoint = inject('postgres').fetchEndpoint;
  client = neon(database.appUrl);
});
afterAll(() => database.drop());

test('returns values of every type as the driver reads them from Neon', async () => {
  const [row] = await client.query(
    `select $1::int as int, $2::bigint as bigint, $3::boolean as boolean, $4::text as text, $5::jsonb as jsonb, null as nothing,
       $6::timestamptz as time, $7::text[] as texts, $8::numeric as numeric, $9::bytea as bytes, $10::uuid as uuid, '' as empty`,
    [
      7,
      '9007199254740993',
      true,
      'é–𝄞 "quoted" \\ $1',
      { a: [1, null, 'x'] },
      '2026-11-21T10:00:00.123Z',
      ['a', 'b"c', null],
      '1.50',
      Buffer.from([0, 255]),
      '0c000000-0000-4000-8000-000000000001',
    ],
  );
  expect(row).toEqual({
    int: 7,
    bigint: '9007199254740993',
    boolean: true,
    text: 'é–𝄞 "quoted" \\ $1',
    jsonb: { a: [1, null, 'x'] },
    nothing: null,
    time: new Date('2026-11-21T10:00:00.123Z'),
    texts: ['a', 'b"c', null],
    numeric: '1.50',
    bytes: Buffer.from([0, 255]),
    uuid: '0c000000-0000-4000-8000-000000000001',
    empty: '',
  });
});

test('full results include command, row count and fields, even without rows', async () => {
  const full = await client.query('select 1 as a, 2 as a where false', [], { fullResults: true, arrayMode: true });
  expect(full).toMatchObject({ command: 'SELECT', rowCount: 0, rows: [], rowAsArray: true });
  expect(full.fields.map(({ name, dataTypeID }) => [name, dataTypeID])).toEqual([
    ['a', 23],
    ['a', 23],
  ]);
  const twice = await client.query('select 1 as a, 2 as a', [], { arrayMode: true });
  expect(twice).toEqual([[1, 2]]);
});

test('a batch is one transaction with the requested isolation, read-only and deferrable modes', async () => {
  const modes = `select current_setting('transaction_isolation') as isolation, current_setting('transaction_read_only') as read_only,
    current_setting('transaction_deferrable') as deferrable`;
  const ask = async (options: NonNullable<Parameters<typeof client.transaction>[1]>) => {
    const [first, second] = await client.transaction(
      [client.query('select txid_current_if_assigned(), pg_backend_pid() as pid'), client.query(modes)],
      options,
    );
    expect(rowOf(first)).toMatchObject({ pid: expect.any(Number) });
    return Object.values(rowOf(second));
  };
  expect(await ask({})).toEqual(['read committed', 'off', 'off']);
  expect(await ask({ isolationLevel: 'RepeatableRead' })).toEqual(['repeatable read', 'off', 'off']);
  expect(await ask({ isolationLevel: 'Serializable', readOnly: true, deferrable: true })).toEqual([
    'serializable',
    'on',
    'on',
  ]);
  expect(await ask({ isolationLevel: 'ReadUncommitted', readOnly: true })).toEqual(['read uncommitted', 'on', 'off']);
});

test('logs in with the role of the connection string, regardless of its host', async () => {
  const elsewhere = neon(database.appUrl.replace(/@[^/]+/, '@db.example.test'));
  const [row] = await elsewhere.query('select current_user as role, current_database() as database');
  expect(row).toEqual({ role: 'groundwire_app', database: database.name });
});

/** The first row of a result whose kind the driver's types leave open. */
const rowOf = (result: unknown): object => (result as object[])[0] ?? {};

async function errorOf(work: Promise<unknown>): Promise<NeonDbError> {
  const error = await work.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(NeonDbError);
  return error as NeonDbError;
}

test('returns a database error with its SQLSTATE fields and rolls the batch back', async () => {
  const error = await errorOf(client.query('select * from nowhere'));
  expect(error).toMatchObject({
    message: 'relation "nowhere" does not exist',
    code: '42P01',
    severity: 'ERROR',
    position: '15',
  });
  const broken = await errorOf(
    client.transaction([
      client.query(`select set_config('groundwire.mark', 'left', true)`),
      client.query('select 1 / 0'),
    ]),
  );
  expect(broken.code).toBe('22012');
  const [row] = await client.query(`select current_setting('groundwire.mark', true) as mark`);
  expect(['', null]).toContain(row?.['mark']);
});

test('returns an error at commit as an error of the batch', async () => {
  const owner = neon(database.ownerUrl);
  await owner.query('create table deferred_keys (n int unique deferrable initially deferred)');
  const error = await errorOf(
    owner.transaction([
      owner.query('insert into deferred_keys values (1)'),
      owner.query('insert into deferred_keys values (1)'),
    ]),
  );
  expect(error).toMatchObject({ code: '23505', constraint: 'deferred_keys_n_key' });
});

test('accepts only one statement per query', async () => {
  expect((await errorOf(client.query('select 1; select 2'))).code).toBe('42601');
});

test('rejects a wrong password, an unknown database and a malformed connection string', async () => {
  const ask = (url: string) => errorOf(neon(url).query('select 1'));
  expect((await ask(database.appUrl.replace(/app:[^@]+@/, 'app:wrong@'))).code).toBe('28P01');
  expect((await ask(database.appUrl.replace(database.name, 'nowhere'))).code).toBe('3D000');
});

test('serves many databases in sequence without interrupting a running query', async () => {
  await database.owner.query('select pg_advisory_lock(4711)');
  // The driver sends the query only when its promise is awaited.
  const working = Promise.resolve(
    client.query(`select 'done' as word from (select pg_advisory_xact_lock(4711)) as lock`),
  );
  await expect
    .poll(async () => {
      const { rows } = await database.owner.query("select from pg_locks where locktype = 'advisory' and not granted");
      return rows.length;
    })
    .toBe(1);
  for (let other = 0; other < 40; other += 1) {
    const unknown = neon(database.appUrl.replace(/[^/]+$/, `nowhere_${other}`));
    expect((await errorOf(unknown.query('select 1'))).code).toBe('3D000');
  }
  await database.owner.query('select pg_advisory_unlock(4711)');
  expect(await working).toEqual([{ word: 'done' }]);
});

test('rejects malformed requests without echoing their content', async () => {
  const { fetchEndpoint } = inject('postgres');
  const post = async (body: string, headers: Record<string, string> = {}) => {
    const response = await fetch(fetchEndpoint, { method: 'POST', body, headers });
    return [response.status, await response.text()];
  };
  const connection = { 'Neon-Connection-String': database.appUrl };
  expect(await post('{"query":"select 1","params":[]}')).toEqual([
    400,
    '{"message":"the header Neon-Connection-String names no role and database"}',
  ]);
  expect((await post('not json', connection))[0]).toBe(400);
  expect((await post('{"canary":1}', connection)).join(' ')).not.toContain('canary');
  expect((await post('{"queries":[]}', connection))[0]).toBe(400);
  expect(
    (await post('{"queries":[{"query":"select 1"}]}', { ...connection, 'Neon-Batch-Isolation-Level': 'x; drop' }))[0],
  ).toBe(400);
  expect((await post('x'.repeat(17 * 1024 * 1024), connection))[0]).toBe(400);
  expect((await fetch(fetchEndpoint)).status).toBe(404);
});

test('cancels the query when its client disconnects', async () => {
  const marker = crypto.randomUUID();
  const abort = new AbortController();
  const running = client
    .query(`select pg_sleep(60), '${marker}'`, [], { fetchOptions: { signal: abort.signal } })
    .catch(() => 'aborted');
  const countRunning = async () => {
    const { rows } = await database.owner.query<{ count: number }>(
      `select count(*)::int as count from pg_stat_activity where state = 'active' and query like '%pg_sleep(60), %${marker}%' and pid <> pg_backend_pid()`,
    );
    return rows[0]?.count;
  };
  await expect.poll(countRunning).toBe(1);
  abort.abort();
  expect(await running).toBe('aborted');
  await expect.poll(countRunning).toBe(0);
});
