// Which conversation a recent run belongs to, so that a reader may come back with the run's id alone.

const KEPT_RUNS = 500;

export function noteRun(sql: SqlStorage, run: { orgId: string; sessionId: string; runId: string }): void {
  const { orgId, runId, sessionId } = run;
  const known = findRun(sql, orgId, runId);
  if (known === sessionId) return;
  sql.exec('insert or replace into runs (org_id, run_id, session_id) values (?, ?, ?)', orgId, runId, sessionId);
  sql.exec('delete from runs where seq <= (select max(seq) from runs) - ?', KEPT_RUNS);
}

export function findRun(sql: SqlStorage, orgId: string, runId: string): string | null {
  const rows = sql.exec<{ session_id: string }>(
    'select session_id from runs where org_id = ? and run_id = ?',
    orgId,
    runId,
  );
  return rows.toArray()[0]?.session_id ?? null;
}
