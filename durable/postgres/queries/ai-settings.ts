// Reads and writes provider settings for users who may change them. A stored key is never returned. Users who may replace
// it see only its last characters, when it was set and by whom.
import { sql } from 'drizzle-orm';
import * as z from 'zod';
import type { ServerLimits } from '../../contracts/ai-settings.ts';
import type { Access } from '../../principal.ts';
import type { KeySlot } from '../../secrets/provider-key.ts';
import { type PostgresDeps, withTenant } from '../with-tenant.ts';

type Editor = Pick<Access, 'orgId' | 'userId'>;

const text = z.string().nullable();

/** A row's settings, without its scope and history. */
export const AiSettingsValues = z.object({
  enabled: z.boolean(),
  provider: text,
  model: text,
  baseUrl: text,
  wire: text,
  fallbackProvider: text,
  fallbackModel: text,
  fallbackBaseUrl: text,
  fallbackWire: text,
  effort: text,
  effortCeiling: text,
});
export type AiSettingsValues = z.infer<typeof AiSettingsValues>;

const StoredKey = z.object({
  slot: z.enum(['primary', 'fallback']),
  lastFour: z.string(),
  replacedAt: z.coerce.date(),
  replacedBy: text,
});
export type StoredKey = z.infer<typeof StoredKey>;

const StoredAiSettings = AiSettingsValues.extend({
  id: z.uuid(),
  version: z.coerce.number(),
  updatedAt: z.coerce.date(),
  updatedBy: text,
  /** Empty for users who may not write settings. */
  keys: z.array(StoredKey),
});
export type StoredAiSettings = z.infer<typeof StoredAiSettings>;

export type ScopeRow = {
  /** Null for the org's own row. */
  readonly programId: string | null;
  readonly stored: StoredAiSettings | null;
};

/**
 * The row of the org, or of a program by its id or code; null for a program that the user can't see.
 * @throws AppError
 */
export async function readAiSettings(
  deps: PostgresDeps,
  { orgId, userId }: Editor,
  program: string | null,
): Promise<ScopeRow | null> {
  const [{ rows }] = await withTenant(
    deps,
    { kind: 'user', org: orgId, user: userId },
    (db) => [
      db.execute(sql`
        select p.id as "programId", case when s.id is not null then jsonb_build_object(
          'id', s.id, 'enabled', s.enabled, 'provider', s.provider, 'model', s.model, 'baseUrl', s.base_url,
          'wire', s.wire, 'fallbackWire', s.fallback_wire, 'effort', s.effort, 'effortCeiling', s.effort_ceiling,
          'fallbackProvider', s.fallback_provider, 'fallbackModel', s.fallback_model,
          'fallbackBaseUrl', s.fallback_base_url, 'version', s.version, 'updatedAt', s.updated_at, 'updatedBy', u.name,
          'keys', (
            select coalesce(jsonb_agg(jsonb_build_object('slot', k.slot, 'lastFour', k.last_four,
              'replacedAt', k.replaced_at, 'replacedBy', w.name)), '[]')
            from ai_keys k left join users w on w.id = k.replaced_by
            where k.org_id = s.org_id and k.setting_id = s.id
          )) end as stored
        from (
          select null::uuid as id where ${program}::text is null
          union all select q.id from plm.programs q where q.id::text = lower(${program}) or q.code = upper(${program})
        ) p
        left join ai_settings s on s.program_id is not distinct from p.id
        left join users u on u.id = s.updated_by`),
    ],
    { readOnly: true },
  );
  const [row] = rows;
  if (!row) return null;
  return z.object({ programId: z.guid().nullable(), stored: StoredAiSettings.nullable() }).parse(row);
}

const SettingsProgram = z.object({ id: z.guid(), code: z.string(), name: z.string(), exists: z.boolean() });
export type SettingsProgram = z.infer<typeof SettingsProgram>;

/** Limits the programs to what fits in a list; programs with their own settings come first. */
const MAX_PROGRAMS = 200;

/** The programs that the user can see, and which of them have their own settings. @throws AppError */
export async function listSettingsPrograms(
  deps: PostgresDeps,
  { orgId, userId }: Editor,
): Promise<readonly SettingsProgram[]> {
  const [{ rows }] = await withTenant(
    deps,
    { kind: 'user', org: orgId, user: userId },
    (db) => [
      db.execute(sql`
        select p.id, p.code, p.name, s.id is not null as exists
        from plm.programs p left join ai_settings s on s.program_id = p.id
        order by 4 desc, p.code limit ${MAX_PROGRAMS}`),
    ],
    { readOnly: true },
  );
  return z.array(SettingsProgram).parse(rows);
}

export type SealedKeys = Partial<Record<KeySlot, { readonly sealed: string; readonly lastFour: string } | null>>;

export type SettingsWrite = {
  readonly id: string;
  readonly values: AiSettingsValues;
  /** An absent slot keeps its key; null removes it. */
  readonly keys: SealedKeys;
  readonly requestId: string;
};

const Outcome = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true) }),
  z.object({ ok: z.literal(false), code: z.enum(['FORBIDDEN', 'NOT_FOUND', 'EXISTS', 'CONFLICT']) }),
]);
export type WriteOutcome = z.infer<typeof Outcome>;

/** @throws AppError */
export const createAiSettings = (
  deps: PostgresDeps,
  person: Editor,
  write: SettingsWrite & { readonly programId: string | null },
): Promise<WriteOutcome> =>
  run(
    deps,
    person,
    sql`create_ai_settings(${rowOf(write, write.programId)}::jsonb, ${JSON.stringify(write.keys)}::jsonb, ${write.requestId})`,
  );

/** @throws AppError */
export const updateAiSettings = (
  deps: PostgresDeps,
  person: Editor,
  write: SettingsWrite & { readonly version: number },
): Promise<WriteOutcome> =>
  run(
    deps,
    person,
    sql`update_ai_settings(
      ${rowOf(write, null)}::jsonb, ${JSON.stringify(write.keys)}::jsonb, ${write.version}, ${write.requestId})`,
  );

/** @throws AppError */
export const deleteAiSettings = (
  deps: PostgresDeps,
  person: Editor,
  { id, requestId }: { readonly id: string; readonly requestId: string },
): Promise<WriteOutcome> => run(deps, person, sql`delete_ai_settings(${id}, ${requestId})`);

/** Keeps what servers said about their models, in place of what they said before. @throws AppError */
export async function noteServerLimits(
  deps: PostgresDeps,
  { orgId, userId }: Editor,
  settingId: string,
  limits: Partial<Record<KeySlot, ServerLimits>>,
): Promise<void> {
  await withTenant(deps, { kind: 'user', org: orgId, user: userId }, (db) => [
    db.execute(sql`select note_ai_limits(${settingId}, ${JSON.stringify(limits)}::jsonb)`),
  ]);
}

async function run(deps: PostgresDeps, { orgId, userId }: Editor, call: ReturnType<typeof sql>): Promise<WriteOutcome> {
  const [{ rows }] = await withTenant(deps, { kind: 'user', org: orgId, user: userId }, (db) => [
    db.execute(sql`select ${call} as outcome`),
  ]);
  return Outcome.parse(rows[0]?.['outcome']);
}

const rowOf = ({ id, values }: SettingsWrite, programId: string | null): string =>
  JSON.stringify({
    id,
    program_id: programId,
    enabled: values.enabled,
    provider: values.provider,
    model: values.model,
    base_url: values.baseUrl,
    wire: values.wire,
    fallback_provider: values.fallbackProvider,
    fallback_model: values.fallbackModel,
    fallback_base_url: values.fallbackBaseUrl,
    fallback_wire: values.fallbackWire,
    effort: values.effort,
    effort_ceiling: values.effortCeiling,
  });
