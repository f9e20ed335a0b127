// Templates for drafts, with their forms.

import * as z from 'zod';
import { RunId } from '../../../durable/contracts/transcript.ts';
import { exactText } from '../../../durable/input-text.ts';
import { ModelId, SearchWords, SessionId } from '../fields-schema.ts';

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
      record: z.string().meta({ description: 'The kind of record. The value is an id from the field’s choices.' }),
      within: z.string().optional().meta({ description: 'The field that narrows the choices.' }),
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

export const TemplateParams = z.object({ template: exactText().meta({ description: 'A template’s id.' }) });
export const FieldParams = TemplateParams.extend({ field: exactText() });

export const ChoicesQuery = z.strictObject({
  q: SearchWords.optional().meta({ description: 'Words to search for.' }),
  within: z
    .guid()
    .toLowerCase()
    .optional()
    .meta({ description: 'The id chosen in the field that narrows the choices.' }),
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
    fields: z.record(exactText().max(64), exactText().max(4000)).meta({
      description: 'The form’s values as strings: an id, a day such as 2026-11-25, a choice’s value, or text.',
    }),
    model: ModelId.nullish(),
  })
  .meta({ id: 'DraftForm' });
