// The models that an organization can use.
import * as z from 'zod';
import { EffortChoice } from '../../../durable/contracts/session.ts';
import { Plan } from '../../../durable/principal.ts';
import { EffortLevel } from '../../../durable/providers/models/model-entry.ts';
import { ScopeName } from '../fields-schema.ts';

export const ModelLifecycle = z
  .object({
    stage: z.enum(['served', 'unpromised', 'retiring', 'retired']).meta({
      description:
        '`retiring`: it ends within 60 days. `unpromised`: the provider’s promise to serve it ends within 60 days, or has ended. `retired`: the provider refuses it.',
    }),
    on: z.iso.date().nullable().meta({ description: 'The day (UTC) of its end, or of the promise’s end.' }),
    successor: z.string().nullable().meta({ description: 'The model to switch to.' }),
  })
  .meta({ id: 'ModelLifecycle' });
export type ModelLifecycle = z.infer<typeof ModelLifecycle>;

const Rates = {
  input: z.int(),
  output: z.int(),
  cacheRead: z.int(),
  cacheWrite: z.int(),
  cacheWriteLong: z.int().optional().meta({ description: 'For the longer of the provider’s cache lifetimes.' }),
};

const ModelInfo = z
  .object({
    id: z.string(),
    label: z.string(),
    provider: z.string(),
    contextTokens: z.int(),
    maxOutputTokens: z.int(),
    prices: z
      .object({
        ...Rates,
        above: z
          .object({ promptTokens: z.int(), ...Rates })
          .optional()
          .meta({
            description: 'The prices of the whole request if its prompt has more tokens than this.',
          }),
      })
      .meta({ description: 'Micro-dollars per million tokens.' }),
    isPriced: z.boolean().meta({ description: 'False if no price is listed. The prices are then an upper estimate.' }),
    capabilities: z.array(z.string()),
    lifecycle: ModelLifecycle,
    efforts: z
      .array(z.object({ choice: EffortChoice, level: EffortLevel }))
      .meta({ description: 'What people can choose, with the model’s own level. Empty if there is no choice.' }),
    defaultEffort: EffortLevel.nullable(),
    lowestPlan: Plan,
    allowed: z.boolean(),
    reason: z.string().nullable().meta({ description: 'Why it isn’t allowed, in words for people.' }),
  })
  .meta({ id: 'Model' });

export const ModelListQuery = z.strictObject({ programId: ScopeName.optional() });

export const ModelList = z
  .object({
    models: z.array(ModelInfo),
    default: z.string().nullable().meta({ description: 'Null if no provider is configured.' }),
    demo: z.boolean().meta({ description: 'Whether the demo model answers. It is not an AI.' }),
  })
  .meta({ id: 'ModelList' });
export type ModelList = z.infer<typeof ModelList>;
