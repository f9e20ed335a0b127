// Takes an org out of a person's Account, and knows when nothing is left in one.

const TABLES_OF_ORG = ['sessions', 'hydrated_orgs', 'runs', 'refusals', 'session_marks', 'named_scopes'];
const TABLES = [...TABLES_OF_ORG, 'sign_ins', 'snapshot'];

/** What Postgres said of the person's rights goes as well: it names all their orgs, and is asked anew. */
export function eraseOrg(sql: SqlStorage, orgId: string): void {
  for (const table of TABLES_OF_ORG) sql.exec(`delete from ${table} where org_id = ?`, orgId);
  sql.exec('delete from snapshot');
}

export function forgetSession(sql: SqlStorage, orgId: string, sessionId: string): void {
  sql.exec('delete from sessions where org_id = ? and id = ?', orgId, sessionId);
  for (const table of ['runs', 'session_marks'])
    sql.exec(`delete from ${table} where org_id = ? and session_id = ?`, orgId, sessionId);
}

/** True for an Account that has just been made, or made anew. */
export const isBlank = (sql: SqlStorage): boolean =>
  TABLES.every((table) => sql.exec(`select 1 from ${table} limit 1`).toArray().length === 0);
