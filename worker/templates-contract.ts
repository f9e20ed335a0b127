// Drafting templates over HTTP, as zod shapes; see contract.ts.
import { z } from 'zod';
import { RunId } from '../durable/conversation/requests.ts';
import { ModelId, SessionId } from './contract.ts';

const Shown = {
  name: z.string().meta({ description: 'Its key under `fields`.' }),
  label: z.string(),
  hint: z.string().optional(),
  required: z.boolean(),
};

const FormField = z
  .discriminatedUnion('kind', [
    z.object({
      ...Shown,
      kind: z.literal('record'),
      record: z.string().meta({ description: 'What it names; its value is an id, found by the field’s choices.' }),
      within: z.string().optional().meta({ description: 'The field whose record it belongs to.' }),
    }),
    z.object({ ...Shown, kind: z.enum(['line', 'prose']), maxLength: z.int() }),
    z.object({ ...Shown, kind: z.literal('day') }),
    z.object({
      ...Shown,
      kind: z.literal('choice'),
      options: z.array(z.object({ value: z.string(), label: z.string() })),
    }),
  ])
  .meta({ id: 'FormField' });
export type FormField = z.infer<typeof FormField>;

const TemplateInfo = z
  .object({ id: z.string(), name: z.string(), description: z.string(), fields: z.array(FormField) })
  .meta({ id: 'Template' });
export type TemplateInfo = z.infer<typeof TemplateInfo>;

export const TemplateList = z.object({ templates: z.array(TemplateInfo) }).meta({ id: 'TemplateList' });
export type TemplateList = z.infer<typeof TemplateList>;

export const ChoicesQuery = z.strictObject({
  q: z.string().trim().min(1).max(200).optional().meta({ description: 'Words of what is looked for.' }),
  within: z.guid().toLowerCase().optional().meta({ description: 'The record of the field that this one is within.' }),
});

export const ChoiceList = z
  .object({
    choices: z.array(z.object({ id: z.string(), title: z.string(), detail: z.string() })),
  })
  .meta({ id: 'ChoiceList' });
export type ChoiceList = z.infer<typeof ChoiceList>;

export const DraftForm = z
  .strictObject({
    threadId: SessionId,
    runId: RunId,
    fields: z.record(z.string().max(64), z.string().max(4000)).meta({
      description: 'The form, each field a text: an id, a day as 2026-11-25, a choice’s value, words.',
    }),
    model: ModelId.nullish(),
  })
  .meta({ id: 'DraftForm' });
