// The fields of a template's form: one zod shape that the server holds an input against, and what a page needs to show it.
// A field that names a record takes its id alone; the page finds it by searching, and the gathering reads it under RLS.
import { z } from 'zod';
import { line, prose } from '../packs/text-fields.ts';

type Shown = { readonly label: string; readonly hint?: string };

export type FieldKind =
  /** A record, which `within` limits to those of another field's record. */
  | { readonly kind: 'record'; readonly record: string; readonly within?: string }
  | { readonly kind: 'line' | 'prose'; readonly maxLength: number }
  | { readonly kind: 'day' }
  | { readonly kind: 'choice'; readonly options: readonly { readonly value: string; readonly label: string }[] };

type Field = Shown & FieldKind;

/** A field as a page shows it. */
export type FormField = { readonly name: string; readonly required: boolean } & Field;

const SHOWN = z.registry<Field>();

const shown = <S extends z.ZodType>(schema: S, field: Field): S => {
  SHOWN.add(schema, field);
  return schema;
};

export const recordField = (record: string, words: Shown & { readonly within?: string }) =>
  shown(z.guid().toLowerCase(), { kind: 'record', record, ...words });

export const lineField = (words: Shown, maxLength = 200) =>
  shown(line(maxLength), { kind: 'line', maxLength, ...words });

export const proseField = (words: Shown, maxLength = 2000) =>
  shown(prose(maxLength), { kind: 'prose', maxLength, ...words });

export const dayField = (words: Shown) => shown(z.iso.date(), { kind: 'day', ...words });

export const choiceField = <const V extends readonly [string, ...string[]]>(
  values: V,
  words: Shown & { readonly labels?: Readonly<Record<string, string>> },
) => {
  const { labels = {}, ...rest } = words;
  const options = values.map((value) => ({ value, label: labels[value] ?? value }));
  return shown(z.enum(values), { kind: 'choice', options, ...rest });
};

/** In the order in which the shape names them. @throws Error for a field that says nothing of how it is shown */
export function fieldsOf(form: z.ZodObject): FormField[] {
  return Object.entries(form.shape).map(([name, schema]) => {
    const isOptional = schema instanceof z.ZodOptional;
    const field = SHOWN.get((isOptional ? schema.unwrap() : schema) as z.ZodType);
    if (!field) throw new Error(`the field ${name} of a form is not made by form-fields.ts`);
    return { name, required: !isOptional, ...field };
  });
}

export type FormValues = Readonly<Record<string, string>>;

/** What was filled in, as a person reads it: the label of a choice, the title of a record. */
export function toWords(
  form: z.ZodObject,
  values: FormValues,
  titleOf: (id: string) => string | null,
): { readonly label: string; readonly value: string }[] {
  return fieldsOf(form).flatMap((field) => {
    const value = values[field.name];
    if (value === undefined) return [];
    if (field.kind === 'record') return [{ label: field.label, value: titleOf(value) ?? value }];
    if (field.kind !== 'choice') return [{ label: field.label, value }];
    const option = field.options.find((one) => one.value === value);
    return [{ label: field.label, value: option?.label ?? value }];
  });
}
