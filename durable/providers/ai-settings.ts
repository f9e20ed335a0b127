// The provider settings of an org as they travel: from Postgres to the Account, with each call to a Conversation. Keys in
// them are sealed. Worker and objects may be of neighbouring releases: add optional fields, never change one.
import { z } from 'zod';

/** A provider as a settings row names it; what is null is as the next row, or the environment, has it. */
const ProviderChoice = z.object({
  provider: z.string().nullable(),
  model: z.string().nullable(),
  baseUrl: z.string().nullable(),
  sealedKey: z.string().nullable(),
  /** Tells one key from the next. */
  keyReplacedAt: z.string().nullable(),
});
export type ProviderChoice = z.infer<typeof ProviderChoice>;

const AiSettingsRow = z.object({
  id: z.uuid(),
  /** Null: the org's own row. */
  programId: z.guid().nullable(),
  programCode: z.string().nullable(),
  enabled: z.boolean(),
  primary: ProviderChoice,
  fallback: ProviderChoice,
});
export type AiSettingsRow = z.infer<typeof AiSettingsRow>;

/** The rows that one person may be answered by: their org's, and those of the programs that they see. */
export const AiSettings = z.array(AiSettingsRow);
export type AiSettings = z.infer<typeof AiSettings>;

/** What decides which settings hold: the org's rows, and the programs that a conversation is about. */
export type SettingsScope = {
  readonly orgId: string;
  readonly settings: AiSettings;
  /** By id, the one that decides first; what an earlier release kept may be a code. */
  readonly programs: readonly string[];
};
