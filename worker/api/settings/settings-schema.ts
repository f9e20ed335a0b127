// Settings: providers, experimental features and retention rules.

import * as z from 'zod';
import { AllowedOrigins } from '../../../durable/allowed-origins.ts';
import { EffortChoice } from '../../../durable/contracts/session.ts';
import { FEATURES, type FeatureKey } from '../../../durable/features.ts';
import { exactText } from '../../../durable/input-text.ts';
import { EFFORT_CEILINGS } from '../../../durable/providers/models/effort.ts';
import { SessionRules } from '../../../durable/session-rules.ts';
import { Timestamp } from '../fields-schema.ts';
import { ModelLifecycle } from '../models/models-schema.ts';

const Version = z
  .int()
  .nonnegative()
  .meta({ description: 'The version from GET. If it has changed since, the request is a conflict.' });

export const ExperimentalFeatureList = z
  .object({
    warning: z.string().meta({ description: 'Show it next to the switches.' }),
    features: z.array(z.object({ key: z.string(), name: z.string(), description: z.string(), enabled: z.boolean() })),
    version: Version,
    mayUpdate: z.boolean(),
    updatedAt: Timestamp.nullable(),
    updatedBy: z.string().nullable().meta({ description: 'The name of the person who saved last.' }),
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
      description: 'The features to change. Others keep their state.',
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
    updatedBy: z.string().nullable().meta({ description: 'The name of the person who saved last.' }),
  })
  .meta({ id: 'SessionRules' });
export type SessionRulesView = z.infer<typeof SessionRulesView>;

export const SessionRulesChange = z
  .strictObject({
    keepNewest: SessionRules.shape.keepNewest.meta({
      description: 'The number of conversations to keep per person. Pinned ones don’t count.',
    }),
    retentionDays: SessionRules.shape.retentionDays.meta({
      description: 'Conversations inactive for this many days are deleted. Null: never.',
    }),
    version: Version,
  })
  .meta({ id: 'SessionRulesChange' });

export const AllowedOriginsView = z
  .object({
    origins: z.array(z.string()).meta({ description: 'Exact origins, such as `https://app.example.com`.' }),
    limit: z.int().meta({ description: 'How many origins the list can have.' }),
    version: Version,
    mayUpdate: z.boolean(),
    updatedAt: Timestamp.nullable(),
    updatedBy: z.string().nullable().meta({ description: 'The name of the person who saved last.' }),
  })
  .meta({ id: 'AllowedOrigins' });
export type AllowedOriginsView = z.infer<typeof AllowedOriginsView>;

export const AllowedOriginsChange = z
  .strictObject({
    origins: AllowedOrigins.meta({
      description:
        'The whole list, each as browsers send it in `Origin`: https, host and a port that isn’t the default. Plain http works only for localhost, where Groundwire runs locally too.',
    }),
    version: Version,
  })
  .meta({ id: 'AllowedOriginsChange' });

const ProgramId = exactText()
  .trim()
  .min(1)
  .max(64)
  .optional()
  .meta({ description: 'A program’s id or code. Omit it for the org itself.' });
export const AiSettingsQuery = z.strictObject({ programId: ProgramId });

const EffortCeiling = z.enum(EFFORT_CEILINGS);

const ORIGINS = ['program', 'organisation', 'environment', 'provider'] as const;
const Origin = z.enum(ORIGINS).nullable().meta({
  description: 'Where the effective value comes from. `provider` is the provider’s default.',
});

const ProviderValues = {
  provider: z.string().nullable(),
  model: z.string().nullable(),
  baseUrl: z.string().nullable().meta({ description: 'Null: the provider’s default address.' }),
  wire: z.string().nullable().meta({
    description: 'The API that the server speaks: `openai-responses`, `chat-completions` or `anthropic`.',
  }),
  apiKey: z.string().nullable().meta({
    description: '`***` if a key is set, with its last four characters for people who can replace it. Never the key.',
  }),
  limits: z
    .object({
      contextTokens: z.int(),
      maxOutputTokens: z.int(),
      from: z.enum(['server', 'catalog', 'assumed', 'asked']).meta({
        description:
          'Who says so: the server’s list of models, the catalog, or no one. `asked`: the server is asked before each step.',
      }),
    })
    .nullable()
    .meta({ description: 'How much the model reads and writes.' }),
};
const StoredKey = z
  .object({ replacedAt: Timestamp, replacedBy: z.string().nullable() })
  .meta({ description: 'The key stored at this level, for people who can replace it.' });

export const AiSettingsView = z
  .object({
    programId: z.string().nullable(),
    enabled: z.boolean(),
    ...ProviderValues,
    effort: EffortChoice.nullable().meta({ description: 'The default effort. Null: each model’s own.' }),
    effortCeiling: EffortCeiling.nullable().meta({
      description: 'The highest level that anyone can choose. Null: high.',
    }),
    fallback: z.object(ProviderValues).nullable(),
    origins: z.object({
      enabled: Origin,
      provider: Origin,
      model: Origin,
      baseUrl: Origin,
      apiKey: Origin,
      fallback: Origin,
    }),
    modelNotices: z
      .array(
        ModelLifecycle.extend({
          slot: z.enum(['primary', 'fallback']),
          model: z.string(),
          label: z.string(),
          successorLabel: z.string().nullable(),
        }),
      )
      .meta({ description: 'Models in effect that their provider has retired, or may retire within 60 days.' }),
    exists: z.boolean().meta({ description: 'Whether this level has settings of its own.' }),
    stored: z
      .object({
        enabled: z.boolean(),
        provider: z.string().nullable(),
        model: z.string().nullable(),
        baseUrl: z.string().nullable(),
        wire: z.string().nullable(),
        effort: z.string().nullable(),
        effortCeiling: z.string().nullable(),
        key: StoredKey.nullable(),
        fallback: z
          .object({
            provider: z.string(),
            model: z.string().nullable(),
            baseUrl: z.string().nullable(),
            wire: z.string().nullable(),
            key: StoredKey.nullable(),
          })
          .nullable(),
      })
      .nullable()
      .meta({ description: 'The settings stored at this level. Null values are inherited from the next level.' }),
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
          models: z.array(z.string()).meta({ description: 'Known models. Others can be used too.' }),
          baseUrl: z.string().nullable(),
          needsKey: z.boolean(),
          wires: z.array(z.object({ id: z.string(), label: z.string() })).meta({
            description: 'The APIs that its servers may speak. The first one is the default at a custom address.',
          }),
          ownWire: z.string().meta({ description: 'The API at its default address.' }),
        }),
      )
      .meta({ description: 'The available providers.' }),
    presets: z
      .array(
        z.object({
          id: z.string(),
          label: z.string(),
          provider: z.string(),
          baseUrl: z.string().nullable(),
          wire: z.string().nullable(),
          needsKey: z.boolean(),
          note: z.string(),
        }),
      )
      .meta({ description: 'Known servers to start from. They fill in the form and can be changed.' }),
    programs: z.array(z.object({ id: z.string(), code: z.string(), name: z.string(), exists: z.boolean() })).meta({
      description: 'The programs you can see, and whether each has settings of its own. Those that do come first.',
    }),
  })
  .meta({ id: 'AiSettings' });
export type AiSettingsView = z.infer<typeof AiSettingsView>;

const Field = exactText().trim().max(512).nullish();
const ProviderInput = {
  provider: Field.meta({ description: 'Null: inherited from the next level.' }),
  model: exactText().trim().min(1).max(128).nullish(),
  baseUrl: Field.meta({ description: 'If you change it or the provider, send apiKey again.' }),
  wire: Field.meta({ description: 'The API that the server speaks. Null: the default for its address.' }),
  apiKey: Field.meta({ description: 'Write-only. If omitted, the stored key is kept; null removes it.' }),
};
const FallbackInput = z.strictObject(ProviderInput).nullish().meta({ description: 'Null: no fallback.' });

export const NewAiSettings = z
  .strictObject({
    enabled: z.boolean().optional(),
    ...ProviderInput,
    effort: EffortChoice.nullish().meta({ description: 'Null: inherited.' }),
    effortCeiling: EffortCeiling.nullish().meta({ description: 'Null: inherited.' }),
    fallback: FallbackInput,
  })
  .meta({ id: 'NewAiSettings' });
export const AiSettingsChange = NewAiSettings.extend({ version: Version.optional() }).meta({
  id: 'AiSettingsChange',
  description: 'Omitted values are kept.',
});

export const AiSettingsTest = z
  .strictObject({ slot: z.enum(['primary', 'fallback']).default('primary'), ...ProviderInput })
  .meta({ id: 'AiSettingsTest', description: 'Omitted values are taken from the saved settings.' });

export const AiSettingsTestResult = z
  .object({
    ok: z.boolean(),
    message: z.string().meta({ description: 'A message for people.' }),
    code: z.string().nullable().meta({ description: 'An error code, if the test failed.' }),
    provider: z.string().nullable(),
    model: z.string().nullable(),
    durationMs: z.int().nullable(),
    wire: z.string().nullable().meta({ description: 'The API that the question was sent over.' }),
    worksOver: z.string().nullable().meta({
      description: 'The API that the server answered over, if it is another one than the one that is set.',
    }),
  })
  .meta({ id: 'AiSettingsTestResult' });
export type AiSettingsTestResult = z.infer<typeof AiSettingsTestResult>;
