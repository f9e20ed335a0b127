// Tries many statements in one round trip. Each runs in its own subtransaction, which is rolled back even if it succeeds, so
// that no statement sees the effect of another.
import pg from 'pg';

export type Statement = { readonly text: string; readonly values?: readonly unknown[] };
/** The number of rows it returned or changed, or the SQLSTATE of its error. */
export type AttemptOutcome = { readonly rows: number } | { readonly error: string };

/** A SQLSTATE that PostgreSQL doesn't use: the statement succeeded and is rolled back. */
const WORKED = 'TT000';

/**
 * Runs in the client's open transaction and as its current role. A DO block, because a login without any create right can
 * run one. An error of the connection rejects; an error of a statement is its outcome.
 */
export async function attemptAll(client: pg.Client, statements: readonly Statement[]): Promise<AttemptOutcome[]> {
  if (statements.length === 0) return [];
  const texts = statements.map((statement) => pg.escapeLiteral(inline(statement)));
  await client.query(`do $attempts$
    declare
      statement text; affected bigint; outcomes text[] := '{}';
    begin
      foreach statement in array array[${texts.join(',\n')}] loop
        begin
          execute statement;
          get diagnostics affected = row_count;
          raise exception using errcode = '${WORKED}', message = affected::text;
        exception when others then
          outcomes := outcomes || case sqlstate when '${WORKED}' then sqlerrm else 'error ' || sqlstate end;
        end;
      end loop;
      perform set_config('groundwire_test.outcomes', array_to_string(outcomes, ','), true);
    end $attempts$`);
  const { rows } = await client.query<{ outcomes: string }>(
    `select current_setting('groundwire_test.outcomes') as outcomes`,
  );
  return (rows[0]?.outcomes ?? '')
    .split(',')
    .map((text) => (text.startsWith('error ') ? { error: text.slice('error '.length) } : { rows: Number(text) }));
}

/** A DO block takes no parameters. An untyped literal gets its type from its context, as a parameter does. */
const inline = ({ text, values = [] }: Statement): string =>
  text.replaceAll(/\$(\d+)/g, (_match, place: string) => literalOf(values[Number(place) - 1]));

function literalOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return pg.escapeLiteral(`{${value.map((one) => JSON.stringify(String(one))).join(',')}}`);
  if (value instanceof Date) return pg.escapeLiteral(value.toISOString());
  if (value instanceof Uint8Array) return `'\\x${Buffer.from(value).toString('hex')}'`;
  return pg.escapeLiteral(typeof value === 'object' ? JSON.stringify(value) : String(value));
}
