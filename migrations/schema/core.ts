// The drizzle tables of schema public. The SQL files create them; a test compares this file with the migrated database.
// Columns that the app role can't read or write are not listed: a user's `subject`, the hash of a token, the columns of the
// chain, the time of an audit row.
import { bigint, boolean, customType, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';

/** A `timestamptz(3)`, Unix milliseconds outside the database. */
export const instant = customType<{ data: number; driverData: string }>({
  dataType: () => 'timestamp (3) with time zone',
  toDriver: (unixMs) => new Date(unixMs).toISOString(),
  fromDriver: (text) => Date.parse(text),
});

export const count = (name: string) => bigint(name, { mode: 'number' });

export const orgs = pgTable('orgs', {
  id: uuid('id').primaryKey(),
  slug: text('slug').notNull(),
  name: text('name').notNull(),
  plan: text('plan', { enum: ['free', 'professional', 'enterprise'] }).notNull(),
  createdAt: instant('created_at').notNull(),
  tokenAllowance: count('token_allowance'),
  extraModels: text('extra_models').array().notNull(),
  modelOverrides: jsonb('model_overrides').$type<unknown>().notNull(),
});

export const users = pgTable('users', {
  id: uuid('id').primaryKey(),
  email: text('email').notNull(),
  name: text('name').notNull(),
  createdAt: instant('created_at').notNull(),
});

export const roles = pgTable(
  'roles',
  {
    orgId: uuid('org_id').notNull(),
    name: text('name').notNull(),
    permissions: text('permissions').array().notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.name] })],
);

export const memberships = pgTable(
  'memberships',
  {
    orgId: uuid('org_id').notNull(),
    userId: uuid('user_id').notNull(),
    role: text('role').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.userId] })],
);

export const invitations = pgTable(
  'invitations',
  {
    orgId: uuid('org_id').notNull(),
    id: uuid('id').notNull(),
    email: text('email').notNull(),
    role: text('role').notNull(),
    /** Null: the installation's administrator. */
    invitedBy: uuid('invited_by'),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.id] })],
);

export const tenantSettings = pgTable('tenant_settings', {
  orgId: uuid('org_id').primaryKey(),
  /** Unparsed: readers validate it with its zod shape. */
  settings: jsonb('settings').$type<unknown>().notNull(),
  version: count('version').notNull(),
  updatedBy: uuid('updated_by'),
  updatedAt: instant('updated_at').notNull(),
});

export const sessionRules = pgTable('session_rules', {
  orgId: uuid('org_id').primaryKey(),
  keepNewest: integer('keep_newest').notNull(),
  retentionDays: integer('retention_days'),
  version: count('version').notNull(),
  updatedBy: uuid('updated_by'),
  updatedAt: instant('updated_at').notNull(),
});

export const embedSettings = pgTable('embed_settings', {
  orgId: uuid('org_id').primaryKey(),
  origins: text('origins').array().notNull(),
  version: count('version').notNull(),
  updatedBy: uuid('updated_by'),
  updatedAt: instant('updated_at').notNull(),
});

export const aiSettings = pgTable(
  'ai_settings',
  {
    orgId: uuid('org_id').notNull(),
    id: uuid('id').notNull(),
    programId: uuid('program_id'),
    enabled: boolean('enabled').notNull(),
    provider: text('provider'),
    model: text('model'),
    baseUrl: text('base_url'),
    wire: text('wire'),
    fallbackProvider: text('fallback_provider'),
    fallbackModel: text('fallback_model'),
    fallbackBaseUrl: text('fallback_base_url'),
    fallbackWire: text('fallback_wire'),
    effort: text('effort'),
    effortCeiling: text('effort_ceiling'),
    version: count('version').notNull(),
    updatedBy: uuid('updated_by'),
    updatedAt: instant('updated_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.id] })],
);

/** Without `sealed`, which no one may read. */
export const aiKeys = pgTable(
  'ai_keys',
  {
    orgId: uuid('org_id').notNull(),
    settingId: uuid('setting_id').notNull(),
    slot: text('slot', { enum: ['primary', 'fallback'] }).notNull(),
    lastFour: text('last_four').notNull(),
    replacedBy: uuid('replaced_by'),
    replacedAt: instant('replaced_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.settingId, table.slot] })],
);

export const aiServerLimits = pgTable(
  'ai_server_limits',
  {
    orgId: uuid('org_id').notNull(),
    settingId: uuid('setting_id').notNull(),
    slot: text('slot', { enum: ['primary', 'fallback'] }).notNull(),
    limits: jsonb('limits').$type<unknown>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.settingId, table.slot] })],
);

export const aiConversations = pgTable(
  'ai_conversations',
  {
    orgId: uuid('org_id').notNull(),
    id: uuid('id').notNull(),
    userId: uuid('user_id').notNull(),
    title: text('title'),
    model: text('model'),
    programId: text('program_id'),
    designId: text('design_id'),
    pinned: boolean('pinned').notNull(),
    version: count('version').notNull(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
    audience: text('audience', { enum: ['private', 'shared'] })
      .notNull()
      .default('private'),
    forkedFrom: uuid('forked_from'),
    forkedFromMessage: uuid('forked_from_message'),
    forkedFromTitle: text('forked_from_title'),
    forkedAt: uuid('forked_at'),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.id] })],
);

const usageColumns = {
  provider: text('provider'),
  model: text('model'),
  inputTokens: count('input_tokens'),
  outputTokens: count('output_tokens'),
  cacheReadTokens: count('cache_read_tokens'),
  cacheWriteTokens: count('cache_write_tokens'),
  reasoningTokens: count('reasoning_tokens'),
  usageEstimated: boolean('usage_estimated'),
  costMicros: count('cost_micros'),
  priceVersion: text('price_version'),
};

export const aiMessages = pgTable(
  'ai_messages',
  {
    orgId: uuid('org_id').notNull(),
    userId: uuid('user_id').notNull(),
    conversationId: uuid('conversation_id').notNull(),
    id: text('id').notNull(),
    runId: text('run_id'),
    parentId: text('parent_id'),
    ordinal: count('ordinal').notNull(),
    position: integer('position').notNull(),
    role: text('role', { enum: ['system', 'user', 'assistant', 'tool'] }).notNull(),
    status: text('status', { enum: ['streaming', 'complete', 'interrupted', 'stopped', 'failed'] }).notNull(),
    content: text('content').notNull(),
    parts: jsonb('parts').$type<unknown>().notNull(),
    toolCalls: jsonb('tool_calls').$type<unknown>(),
    toolCallId: text('tool_call_id'),
    toolName: text('tool_name'),
    ...usageColumns,
    errorCode: text('error_code'),
    ending: text('ending', { enum: ['complete', 'cut', 'stopped', 'refused', 'failed', 'interrupted', 'limited'] }),
    endingCause: text('ending_cause'),
    createdAt: instant('created_at').notNull(),
    audience: text('audience', { enum: ['private', 'shared'] })
      .notNull()
      .default('private'),
    authorId: uuid('author_id'),
    parentOrdinal: count('parent_ordinal'),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.conversationId, table.id] })],
);

export const aiFeedback = pgTable(
  'ai_feedback',
  {
    orgId: uuid('org_id').notNull(),
    userId: uuid('user_id').notNull(),
    ownerId: uuid('owner_id').notNull(),
    conversationId: uuid('conversation_id').notNull(),
    messageId: text('message_id').notNull(),
    verdict: text('verdict', { enum: ['up', 'down'] }).notNull(),
    comment: text('comment'),
    model: text('model'),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.userId, table.conversationId, table.messageId] })],
);

export const effectJournal = pgTable(
  'effect_journal',
  {
    orgId: uuid('org_id').notNull(),
    userId: uuid('user_id').notNull(),
    key: text('key').notNull(),
    result: jsonb('result').$type<unknown>().notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.userId, table.key] })],
);

export const auditLog = pgTable(
  'audit_log',
  {
    orgId: uuid('org_id').notNull(),
    id: text('id').notNull(),
    event: text('event').notNull(),
    actorUserId: uuid('actor_user_id'),
    sessionId: uuid('session_id'),
    runId: text('run_id'),
    messageId: text('message_id'),
    programId: text('program_id'),
    designId: text('design_id'),
    tool: text('tool'),
    ...usageColumns,
    parameters: jsonb('parameters').$type<unknown>(),
    result: jsonb('result').$type<unknown>(),
    error: text('error'),
    durationMs: count('duration_ms'),
    requestId: text('request_id'),
    budgetMonth: text('budget_month'),
    meta: jsonb('_meta').$type<unknown>(),
    /** When it happened, as its writer says. */
    occurredAt: instant('occurred_at'),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.id] })],
);
