// The settings part of the HTTP API as zod shapes; see contract.ts.
import { z } from 'zod';
import { FEATURES, type FeatureKey } from '../durable/features.ts';
import { SessionRules } from '../durable/session-rules.ts';

const Timestamp = z.iso.datetime().meta({ description: 'ISO 8601, UTC' });
const Version = z.int().nonnegative().meta({ description: 'As GET gave it. Another one by now is a conflict.' });

export const ExperimentalFeatureList = z
  .object({
    warning: z.string().meta({ description: 'To be shown beside the switches.' }),
    features: z.array(z.object({ key: z.string(), name: z.string(), description: z.string(), enabled: z.boolean() })),
    version: Version,
    mayUpdate: z.boolean(),
    updatedAt: Timestamp.nullable(),
    updatedBy: z.string().nullable().meta({ description: 'Name of whoever saved last.' }),
  })
  .meta({ id: 'ExperimentalFeatureList' });
export type ExperimentalFeatureList = z.infer<typeof ExperimentalFeatureList>;

const FeatureChange = z.strictObject(
  Object.fromEntries(FEATURES.map(({ key }) => [key, z.boolean().optional()])) as Record<
    FeatureKey,
    z.ZodOptional<z.ZodBoolean>
  >,
);
export const ExperimentalFeaturesChange = z
  .strictObject({
    features: FeatureChange.refine((features) => Object.keys(features).length > 0, 'names no feature').meta({
      description: 'The features to change; the others stay.',
    }),
    version: Version,
  })
  .meta({ id: 'ExperimentalFeaturesChange' });

export const SessionRulesView = z
  .object({
    ...SessionRules.shape,
    version: Version,
    mayUpdate: z.boolean(),
    updatedAt: Timestamp.nullable(),
    updatedBy: z.string().nullable().meta({ description: 'Name of whoever saved last.' }),
  })
  .meta({ id: 'SessionRules' });
export type SessionRulesView = z.infer<typeof SessionRulesView>;

export const SessionRulesChange = z
  .strictObject({
    keepNewest: SessionRules.shape.keepNewest.meta({
      description: 'So many of a person’s conversations are kept, pinned ones on top.',
    }),
    retentionDays: SessionRules.shape.retentionDays.meta({
      description: 'Conversations that nobody touched for so many days are deleted; null: never.',
    }),
    version: Version,
  })
  .meta({ id: 'SessionRulesChange' });

const ProgramId = z
  .string()
  .trim()
  .min(1)
  .max(64)
  .optional()
  .meta({ description: 'A program by id or code; the org itself where it is left out.' });
export const AiSettingsQuery = z.strictObject({ programId: ProgramId });

const ORIGINS = ['program', 'organisation', 'environment', 'provider'] as const;
const Origin = z.enum(ORIGINS).nullable().meta({
  description: 'Where the value that holds comes from; `provider` is what the provider has by default.',
});

const ProviderValues = {
  provider: z.string().nullable(),
  model: z.string().nullable(),
  baseUrl: z.string().nullable().meta({ description: 'Null: the provider’s own address.' }),
  apiKey: z.string().nullable().meta({
    description: '`***` where there is one, with its last four for those who may replace it. Never the key.',
  }),
};
const StoredKey = z
  .object({ replacedAt: Timestamp, replacedBy: z.string().nullable() })
  .meta({ description: 'Of a key stored in this very scope, for those who may replace it.' });

export const AiSettingsView = z
  .object({
    programId: z.string().nullable(),
    enabled: z.boolean(),
    ...ProviderValues,
    fallback: z.object(ProviderValues).nullable(),
    origins: z.object({
      enabled: Origin,
      provider: Origin,
      model: Origin,
      baseUrl: Origin,
      apiKey: Origin,
      fallback: Origin,
    }),
    exists: z.boolean().meta({ description: 'Whether this scope has a row of its own.' }),
    stored: z
      .object({
        enabled: z.boolean(),
        provider: z.string().nullable(),
        model: z.string().nullable(),
        baseUrl: z.string().nullable(),
        key: StoredKey.nullable(),
        fallback: z
          .object({
            provider: z.string(),
            model: z.string().nullable(),
            baseUrl: z.string().nullable(),
            key: StoredKey.nullable(),
          })
          .nullable(),
      })
      .nullable()
      .meta({ description: 'What the row of this scope says itself; null: as the next scope has it.' }),
    version: z.int().nullable(),
    updatedAt: Timestamp.nullable(),
    updatedBy: z.string().nullable(),
    mayCreate: z.boolean(),
    mayUpdate: z.boolean(),
    providers: z
      .array(
        z.object({
          id: z.string(),
          label: z.string(),
          defaultModel: z.string().nullable(),
          models: z.array(z.string()).meta({ description: 'Known ones; others may be named.' }),
          baseUrl: z.string().nullable(),
          needsKey: z.boolean(),
        }),
      )
      .meta({ description: 'What can be chosen.' }),
    programs: z.array(z.object({ id: z.string(), code: z.string(), name: z.string(), exists: z.boolean() })).meta({
      description: 'Programs that you see, and whether each has a row of its own; those that have one first.',
    }),
  })
  .meta({ id: 'AiSettings' });
export type AiSettingsView = z.infer<typeof AiSettingsView>;

const Field = z.string().trim().max(512).nullish();
const ProviderInput = {
  provider: Field.meta({ description: 'Null: as the next scope has it.' }),
  model: z.string().trim().min(1).max(128).nullish(),
  baseUrl: Field.meta({ description: 'Changing it, or the provider, needs apiKey again.' }),
  apiKey: Field.meta({ description: 'Write-only. Left out, the stored key stays; null removes it.' }),
};
const FallbackInput = z.strictObject(ProviderInput).nullish().meta({ description: 'Null: none.' });

export const NewAiSettings = z
  .strictObject({ enabled: z.boolean().optional(), ...ProviderInput, fallback: FallbackInput })
  .meta({ id: 'NewAiSettings' });
export const AiSettingsChange = NewAiSettings.extend({ version: Version.optional() }).meta({
  id: 'AiSettingsChange',
  description: 'What is left out stays as it is.',
});

export const AiSettingsTest = z
  .strictObject({ slot: z.enum(['primary', 'fallback']).default('primary'), ...ProviderInput })
  .meta({ id: 'AiSettingsTest', description: 'What is left out is taken from what is stored.' });

export const AiSettingsTestResult = z
  .object({
    ok: z.boolean(),
    message: z.string().meta({ description: 'In words for people.' }),
    code: z.string().nullable().meta({ description: 'A code of the errors’ table, where it failed.' }),
    provider: z.string().nullable(),
    model: z.string().nullable(),
    durationMs: z.int().nullable(),
  })
  .meta({ id: 'AiSettingsTestResult' });
export type AiSettingsTestResult = z.infer<typeof AiSettingsTestResult>;
