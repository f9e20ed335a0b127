// The fields of a template's form: one zod shape that validates the input and describes the form to the page. A record field
// takes only an id; the page finds it by searching, and the template reads the record under RLS.
import * as z from 'zod';
import { line, prose } from '../packs/text-fields.ts';

type FieldLabels = { readonly label: string; readonly hint?: string };

export type FieldKind =
  /** A record, which `within` limits to those of another field's record. */
  | { readonly kind: 'record'; readonly record: string; readonly within?: string }
  | { readonly kind: 'line' | 'prose'; readonly maxLength: number }
  | { readonly kind: 'day' }
  | { readonly kind: 'choice'; readonly options: readonly { readonly value: string; readonly label: string }[] };

type NamedField = FieldLabels & FieldKind;

/** A field as a page shows it. */
export type FormField = { readonly name: string; readonly required: boolean } & NamedField;

const SHOWN = z.registry<NamedField>();

const shown = <S extends z.ZodType>(schema: S, field: NamedField): S => {
  SHOWN.add(schema, field);
  return schema;
};

export const recordField = (record: string, words: FieldLabels & { readonly within?: string }) =>
  shown(z.guid().toLowerCase(), { kind: 'record', record, ...words });

export const lineField = (words: FieldLabels, maxLength = 200) =>
  shown(line(maxLength), { kind: 'line', maxLength, ...words });

export const proseField = (words: FieldLabels, maxLength = 2000) =>
  shown(prose(maxLength), { kind: 'prose', maxLength, ...words });

export const dayField = (words: FieldLabels) => shown(z.iso.date(), { kind: 'day', ...words });

export const choiceField = <const V extends readonly [string, ...string[]]>(
  values: V,
  words: FieldLabels & { readonly labels?: Readonly<Record<string, string>> },
) => {
  const { labels = {}, ...rest } = words;
  const options = values.map((value) => ({ value, label: labels[value] ?? value }));
  return shown(z.enum(values), { kind: 'choice', options, ...rest });
};

/** In the order of the shape. @throws Error for a field without display metadata */
export function fieldsOf(form: z.ZodObject): FormField[] {
  return Object.entries(form.shape).map(([name, schema]) => {
    const isOptional = schema instanceof z.ZodOptional;
    const field = SHOWN.get((isOptional ? schema.unwrap() : schema) as z.ZodType);
    if (!field) throw new Error(`the form field ${name} was not created with form-fields.ts`);
    return { name, required: !isOptional, ...field };
  });
}

export type FormValues = Readonly<Record<string, string>>;

/** The filled-in values as users read them: the label of a choice, the title of a record. */
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
