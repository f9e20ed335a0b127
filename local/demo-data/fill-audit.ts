// Fills an org's audit log with generated rows. They form the same hash chain that the database would build, but faster: as
// superuser, with triggers off and the chain's head written once per batch.
import type pg from 'pg';

export type AuditFill = {
  readonly orgId: string;
  /** The actors, who take turns. */
  readonly people: readonly string[];
  readonly rows: number;
  readonly onProgress?: (done: number) => void;
};

const BATCH = 20_000;

const FILL = `
do $fill$
declare
  entry public.audit_log;
  head private.audit_heads;
  people uuid[] := current_setting('fill.people')::uuid[];
  first bigint := current_setting('fill.first')::bigint;
  rows integer := current_setting('fill.rows')::integer;
  tools text[] := array['search_items', 'get_bom', 'list_crew', 'get_schedule', 'get_item_details'];
begin
  insert into private.audit_heads (org_id, seq, hash) values (current_setting('fill.org')::uuid, 0, sha256(''))
  on conflict do nothing;
  select * into head from private.audit_heads h where h.org_id = current_setting('fill.org')::uuid for update;
  for number in first .. first + rows - 1 loop
    entry := null;
    entry.org_id := head.org_id;
    entry.seq := head.seq + 1;
    entry.id := md5('fill' || number)::uuid::text;
    entry.actor_user_id := people[1 + number / 4 % array_length(people, 1)];
    entry.session_id := overlay(overlay(md5('session' || number / 40) placing '4' from 13) placing '8' from 17)::uuid;
    entry.run_id := 'run-' || number / 4;
    entry.request_id := md5('request' || number / 4)::uuid::text;
    entry.created_at := date_trunc('milliseconds', now() - interval '300 days' + number * interval '20 seconds');
    if number % 4 = 0 then
      entry.event := 'message.sent';
    elsif number % 4 = 3 then
      entry.event := 'answer.complete';
      entry.provider := 'anthropic';
      entry.model := 'claude-sonnet-4-6';
      entry.input_tokens := 2000 + number % 3000;
      entry.output_tokens := 100 + number % 700;
      entry.cache_read_tokens := 1500;
      entry.cache_write_tokens := 0;
      entry.usage_estimated := number % 97 = 0;
      entry.cost_micros := entry.input_tokens * 3 + entry.output_tokens * 15;
      entry.price_version := '2026-11-01';
      entry.budget_month := to_char(entry.created_at at time zone 'UTC', 'YYYY-MM');
      entry.duration_ms := 900 + number % 4000;
      entry._meta := jsonb_build_object('firstTokenMs', 300 + number % 900);
    else
      entry.event := case when number % 101 = 0 then 'tool.failed' else 'tool.completed' end;
      entry.tool := tools[1 + number % 5];
      entry.parameters := jsonb_build_object('query', 'bracket ' || number % 1000, 'limit', 20);
      entry.result := jsonb_build_object('ok', true, 'total', number % 50, 'items', repeat('PN-' || number || ' ', 12));
      entry.error := case when number % 101 = 0 then 'TOOL_FAILED' end;
      entry.duration_ms := 3 + number % 40;
    end if;
    entry.prev_hash := head.hash;
    entry.hash := private.audit_hash(entry);
    insert into public.audit_log values (entry.*);
    head.seq := entry.seq;
    head.hash := entry.hash;
  end loop;
  update private.audit_heads h set seq = head.seq, hash = head.hash where h.org_id = head.org_id;
end
$fill$`;

/**
 * Expects an org that was not filled before, because row ids are counted from 1.
 * @param client logs in as superuser
 */
export async function fillAudit(client: pg.Client, { orgId, people, rows, onProgress }: AuditFill): Promise<void> {
  for (let done = 0; done < rows; done += BATCH) {
    await client.query('begin');
    await client.query(
      `set local session_replication_role = replica;
       select set_config('fill.org', '${orgId}', true), set_config('fill.people', '{${people.join(',')}}', true),
         set_config('fill.first', '${done + 1}', true), set_config('fill.rows', '${Math.min(BATCH, rows - done)}', true)`,
    );
    await client.query(FILL);
    await client.query('commit');
    onProgress?.(Math.min(done + BATCH, rows));
  }
  await client.query('vacuum analyze public.audit_log');
}
