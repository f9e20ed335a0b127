// Reads the hash chain of an org's audit log, a limited number of rows at a time. The query computes every hash itself, with
// PostgreSQL's built-in functions only: ours belong to the tables' owner, who could replace them.
import { type SQL, sql } from 'drizzle-orm';
import * as z from 'zod';
import type { Segment, SignedSegment } from '../../audit/signature.ts';
import { AppError } from '../../errors.ts';
import { type PostgresDeps, withTenant } from '../with-tenant.ts';
import type { Owner } from './conversations.ts';

/** How far the chain has been verified. `hash` is in hex; null at the start. */
export type ChainPlace = { readonly seq: number; readonly hash: string | null };
export const CHAIN_START: ChainPlace = { seq: 0, hash: null };

export type ChainStep = {
  /** The last row that was read. */
  readonly place: ChainPlace;
  /** No row follows. */
  readonly isEnd: boolean;
  readonly head: { readonly seq: number; readonly hash: string } | null;
  /** The first row that breaks the chain or differs from what was signed. */
  readonly firstBreak: { readonly seq: number; readonly reason: 'changed' | 'missing' | 'extra' } | null;
  /** The signed segments that end in this step, in order. */
  readonly segments: readonly SignedSegment[];
  /** The hashes of those rows that were asked for, by number. */
  readonly hashes: Readonly<Record<string, string>>;
  /** The first row that records redactions other than the actual ones. Found in the last step. */
  readonly wrongRedaction: number | null;
  /** The first report of a row that Postgres refused and that was not stored since. Found in the last step. */
  readonly parked: number | null;
};

/** Where the query finds what only the owner may read: through functions for the Worker, in the tables for an operator. */
export type ChainSources = {
  readonly org: SQL;
  readonly head: SQL;
  segments(afterSeq: SQL, lastSeq: SQL): SQL;
  redactions(afterSeq: SQL, lastSeq: SQL): SQL;
};

export const sourcesForReader = (orgId: string): ChainSources => ({
  org: sql`${orgId}::uuid`,
  head: sql`public.audit_head()`,
  segments: (afterSeq, lastSeq) => sql`public.audit_segments(${afterSeq}, ${lastSeq})`,
  redactions: (afterSeq, lastSeq) => sql`public.audit_redactions(${afterSeq}, ${lastSeq})`,
});

/** For a login that reads all tables. */
export const sourcesForOperator = (orgId: string): ChainSources => {
  const org = sql`${orgId}::uuid`;
  return {
    org,
    head: sql`(select seq, hash from private.audit_heads where org_id = ${org})`,
    segments: (afterSeq, lastSeq) =>
      sql`(select * from private.audit_segments where org_id = ${org} and seq > ${afterSeq} and from_seq <= ${lastSeq})`,
    redactions: (afterSeq, lastSeq) =>
      sql`(select * from private.audit_redactions where org_id = ${org} and seq > ${afterSeq} and seq <= ${lastSeq})`,
  };
};

const count = z.coerce.number().int();
const Head = z.object({ seq: count, hash: z.string() });
const Row = z.object({
  lastSeq: count,
  lastHash: z.string().nullable(),
  rows: count,
  head: Head.nullable(),
  firstBreak: z.object({ seq: count, reason: z.enum(['changed', 'missing', 'extra']) }).nullable(),
  segments: z
    .array(
      z.object({
        ...{ from: count, seq: count, hash: z.string(), digest: z.string() },
        ...{ keyId: z.string(), signature: z.string() },
      }),
    )
    .nullable(),
  hashes: z.record(z.string(), z.string()).nullable(),
  wrongRedaction: count.nullable(),
  parked: count.nullable(),
});

/** Stays well below the statement timeout, even on a slow machine. */
export const STEP_ROWS = 20_000;

/** @throws AppError ACCESS_REVOKED if the reader may not read the log */
export async function readChainStep(
  deps: PostgresDeps,
  reader: Owner,
  question: { readonly after: ChainPlace; readonly hashesOf: readonly number[]; readonly stepRows?: number },
): Promise<ChainStep> {
  const { after, hashesOf, stepRows = STEP_ROWS } = question;
  const [, rights, { rows }] = await withTenant(
    deps,
    { kind: 'user', org: reader.orgId, user: reader.userId },
    (db) => [
      // The JSON form of a timestamp depends on it.
      db.execute(sql`select set_config('TimeZone', 'UTC', true)`),
      db.execute(sql`select exists (select from private.claim() c where 'audit:read' = any (c.permissions)) as may`),
      db.execute(chainStepQuery(sourcesForReader(reader.orgId), { after, hashesOf, stepRows })),
    ],
    { readOnly: true },
  );
  if (rights.rows[0]?.['may'] !== true) throw new AppError('ACCESS_REVOKED');
  return toChainStep(rows[0], after, stepRows);
}

/** @throws ZodError if the row is not one of `chainStepQuery` */
export function toChainStep(row: unknown, after: ChainPlace, stepRows: number): ChainStep {
  const { lastSeq, lastHash, rows, segments, hashes, ...found } = Row.parse(row);
  const isEnd = rows < stepRows;
  return {
    ...found,
    place: { seq: lastSeq, hash: lastHash ?? after.hash },
    isEnd,
    segments: segments ?? [],
    hashes: hashes ?? {},
  };
}

/** Needs UTC as the session's time zone. */
export function chainStepQuery(
  { org, segments, redactions, head }: ChainSources,
  { after, hashesOf, stepRows }: { after: ChainPlace; hashesOf: readonly number[]; stepRows: number },
): SQL {
  const afterSeq = sql`${after.seq}::bigint`;
  // The chain starts with the hash of nothing.
  const afterHash = after.hash === null ? sql`sha256(''::bytea)` : sql`decode(${after.hash}::text, 'hex')`;
  const asked = sql`array(select jsonb_array_elements_text(${JSON.stringify(hashesOf)}::jsonb)::bigint)`;
  return sql`
    with entries as materialized (
      select a.seq, a.hash, a.prev_hash, sha256(a.prev_hash || convert_to((
        select jsonb_object_agg(e.key, e.value)::text from jsonb_each(to_jsonb(a) - 'hash' - 'prev_hash') e
        where e.value <> 'null'::jsonb
      ), 'UTF8')) as actual_hash
      from public.audit_log a
      where a.org_id = ${org} and a.seq > ${afterSeq}
      order by a.seq limit ${stepRows}::integer
    ),
    last as (select coalesce(max(seq), ${afterSeq}) as seq, count(*) as rows from entries),
    signed as materialized (
      select s.* from last l cross join lateral ${segments(afterSeq, sql`l.seq`)} s
    ),
    -- The newest redaction that the log records; one without a record counts for nothing.
    redacted as materialized (
      select distinct on (r.seq) r.seq, r.hash
      from last l cross join lateral ${redactions(afterSeq, sql`l.seq`)} r
      join public.audit_log f on f.org_id = ${org} and f.id = r.fact_id and f.event = 'audit.redacted'
      order by r.seq, f.seq desc
    ),
    linked as (
      select e.*, coalesce(lag(e.seq) over w, ${afterSeq}) as seq_before, coalesce(lag(e.hash) over w, ${afterHash}) as hash_before,
        lag(e.prev_hash) over w as prev_hash_before
      from entries e window w as (order by e.seq)
    ),
    breaks as (
      select
        case
          when e.seq <> e.seq_before + 1 then e.seq_before + 1
          -- This row continues from the row before last, which the last one did as well.
          when e.prev_hash <> e.hash_before and e.prev_hash = e.prev_hash_before then e.seq_before
          else e.seq
        end as seq,
        case
          when e.seq <> e.seq_before + 1 then 'missing'
          when e.prev_hash <> e.hash_before and e.prev_hash = e.prev_hash_before then 'extra'
          else 'changed'
        end as reason
      from linked e
      left join redacted r on r.seq = e.seq
      left join lateral (
        select substring(s.hashes from ((e.seq - s.from_seq) * 32 + 1)::integer for 32) as hash
        from signed s where e.seq between s.from_seq and s.seq order by s.seq limit 1
      ) s on true
      where e.seq <> e.seq_before + 1 or e.prev_hash <> e.hash_before or coalesce(r.hash, e.hash) <> e.actual_hash
        or s.hash <> e.hash
    )
    select l.seq as "lastSeq", l.rows,
      (select encode(e.hash, 'hex') from entries e where e.seq = l.seq) as "lastHash",
      (select json_build_object('seq', h.seq, 'hash', encode(h.hash, 'hex')) from ${head} h) as head,
      (select json_build_object('seq', b.seq, 'reason', b.reason) from breaks b order by b.seq, b.reason limit 1) as "firstBreak",
      (select json_agg(json_build_object('from', s.from_seq, 'seq', s.seq,
          'hash', encode(substring(s.hashes from length(s.hashes) - 31), 'hex'), 'digest', encode(sha256(s.hashes), 'hex'),
          'keyId', s.key_id, 'signature', s.signature) order by s.seq)
        from signed s where s.seq <= l.seq) as segments,
      (select json_object_agg(e.seq, encode(e.hash, 'hex')) from entries e where e.seq = any (${asked})) as hashes,
      case when l.rows < ${stepRows}::integer then (
        select min(f.seq) from public.audit_log f
        where f.org_id = ${org} and f.event = 'audit.redacted' and f.parameters ->> 'digest' is distinct from (
          select encode(sha256(convert_to(coalesce(string_agg(r.seq || ':' || encode(r.hash, 'hex'), ',' order by r.seq), ''), 'UTF8')), 'hex')
          from ${redactions(sql`0`, sql`f.seq`)} r where r.fact_id = f.id
        )
      ) end as "wrongRedaction",
      case when l.rows < ${stepRows}::integer then (
        select min(p.seq) from public.audit_log p
        where p.org_id = ${org} and p.event = 'outbox.parked' and p._meta ->> 'lane' = 'postgres'
          and coalesce(p._meta -> 'items' ? 'audit', true)
          and not exists (
            select from public.audit_log r
            where r.org_id = ${org} and r.event = 'outbox.retried' and r.session_id = p.session_id and r.seq > p.seq
          )
      ) end as parked
    from last l`;
}

/** Rows that are not signed yet. */
export type UnsignedRows = Segment & {
  /** All their hashes, one after the other, in hex. */
  readonly hashes: string;
  readonly rows: number;
  /** Whether each continues from the one before. */
  readonly isLinked: boolean;
  /** The hash that the first one continues from. */
  readonly previousHash: string;
};

const Unsigned = z.object({
  ...{ from: count, seq: count, hash: z.string(), digest: z.string(), hashes: z.string() },
  ...{ rows: count, isLinked: z.boolean(), previousHash: z.string() },
});

/** The oldest rows after `afterSeq`; null if there are none. @throws AppError DATABASE_UNAVAILABLE */
export async function readUnsigned(
  deps: PostgresDeps,
  orgId: string,
  { afterSeq, maxRows }: { readonly afterSeq: number; readonly maxRows: number },
): Promise<UnsignedRows | null> {
  const [{ rows }] = await withTenant(deps, { kind: 'system', org: orgId }, (db) => [
    db.execute(sql`
      select first_seq as "from", last_seq as seq, rows, is_linked as "isLinked", encode(previous_hash, 'hex') as "previousHash",
        encode(hashes, 'hex') as hashes, encode(substring(hashes from length(hashes) - 31), 'hex') as hash,
        encode(sha256(hashes), 'hex') as digest
      from audit_hashes(${afterSeq}::bigint, ${maxRows}::integer)`),
  ]);
  return Unsigned.optional().parse(rows[0]) ?? null;
}

/** Repeating it changes nothing. @throws AppError DATABASE_UNAVAILABLE */
export async function storeSegment(
  deps: PostgresDeps,
  orgId: string,
  { from, seq, keyId, signature }: SignedSegment,
  hashes: string,
): Promise<void> {
  await withTenant(deps, { kind: 'system', org: orgId }, (db) => [
    db.execute(sql`
      select add_audit_segment(${from}::bigint, ${seq}::bigint, decode(${hashes}::text, 'hex'), ${keyId}::text, ${signature}::text)`),
  ]);
}

/** The newest segment, for an object that lost its own notes; null if nothing was signed. @throws AppError */
export async function readLastSegment(deps: PostgresDeps, orgId: string): Promise<SignedSegment | null> {
  const [{ rows }] = await withTenant(deps, { kind: 'system', org: orgId }, (db) => [
    db.execute(sql`
      select s.from_seq as "from", s.seq, s.key_id as "keyId", s.signature,
        encode(substring(s.hashes from length(s.hashes) - 31), 'hex') as hash, encode(sha256(s.hashes), 'hex') as digest
      from audit_segments(0, ${Number.MAX_SAFE_INTEGER}::bigint) s order by s.seq desc limit 1`),
  ]);
  const Last = z.object({
    ...{ from: count, seq: count, hash: z.string(), digest: z.string() },
    ...{ keyId: z.string(), signature: z.string() },
  });
  return Last.optional().parse(rows[0]) ?? null;
}
