// The provider settings of an org, as sent from Postgres to the Account and with each call to a Conversation. Their keys are
// sealed. Worker and objects can run neighboring releases: add optional fields, never change one.
import * as z from 'zod';

/** Far more and far less than any model has. Other numbers are a mistake of the server's. */
const LEAST_CONTEXT_TOKENS = 1_024;
const MOST_TOKENS = 20_000_000;
export const ContextTokens = z.int().min(LEAST_CONTEXT_TOKENS).max(MOST_TOKENS);
export const OutputTokens = z.int().min(1).max(MOST_TOKENS);

/** How much a model reads and writes, as its server says. */
const ModelLimits = z.object({
  id: z.string().min(1).max(200),
  contextTokens: ContextTokens,
  /** Null if the server doesn't say. */
  maxOutputTokens: OutputTokens.nullable(),
});
export type ModelLimits = z.infer<typeof ModelLimits>;

export const MAX_LIMITED_MODELS = 64;
/** What the list of models of a row's server said. Counts only for this provider and address. */
export const ServerLimits = z.object({
  provider: z.string(),
  baseUrl: z.string(),
  readAt: z.iso.datetime(),
  models: z.array(ModelLimits).max(MAX_LIMITED_MODELS),
});
export type ServerLimits = z.infer<typeof ServerLimits>;

/** A provider named by a settings row. A null value is inherited from the next row or the environment. */
const ProviderChoice = z.object({
  provider: z.string().nullable(),
  model: z.string().nullable(),
  baseUrl: z.string().nullable(),
  /** The API that its server speaks. Null: the default for its address. */
  wire: z.string().nullish(),
  sealedKey: z.string().nullable(),
  /** Identifies the key without containing it. */
  keyReplacedAt: z.string().nullable(),
  /** What this release can't read counts as unknown, so that it stops no answer. */
  serverLimits: ServerLimits.nullish().catch(null),
});
export type ProviderChoice = z.infer<typeof ProviderChoice>;

const AiSettingsRow = z.object({
  id: z.uuid(),
  /** Null for the org's own row. */
  programId: z.guid().nullable(),
  programCode: z.string().nullable(),
  enabled: z.boolean(),
  /** How hard models think by default, and at most. */
  effort: z.string().nullish(),
  effortCeiling: z.string().nullish(),
  primary: ProviderChoice,
  fallback: ProviderChoice,
});
export type AiSettingsRow = z.infer<typeof AiSettingsRow>;

/** The rows that can apply to a user: those of their org and of the programs that they can see. */
export const AiSettings = z.array(AiSettingsRow);
export type AiSettings = z.infer<typeof AiSettings>;

/** The input that selects the settings in effect: the org's rows, and the programs that a conversation is about. */
export type SettingsScope = {
  readonly orgId: string;
  readonly settings: AiSettings;
  /** See model-overrides.ts. */
  readonly modelOverrides?: string | undefined;
  /** Ids; the first one decides. Data stored by an earlier release can contain a code instead. */
  readonly programs: readonly string[];
};
