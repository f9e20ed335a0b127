// The values of a draft's form and the server's validation errors. Pure.

import type { FormField } from '../../worker/api/templates/templates-schema.ts';
import type { Problem } from '../problem.ts';
import { asRecord, asText } from '../unknown-value.ts';

export type Fields = Readonly<Record<string, string>>;

/** The values to send: non-empty fields that the form has. */
export const filledFields = (fields: readonly FormField[], values: Fields): Fields =>
  Object.fromEntries(
    fields.flatMap(({ name }) => {
      const value = (values[name] ?? '').trim();
      return value === '' ? [] : [[name, value]];
    }),
  );

/** Names of required fields that are empty. */
export const missingFields = (fields: readonly FormField[], values: Fields): string[] =>
  fields.filter(({ name, required }) => required && (values[name] ?? '').trim() === '').map(({ name }) => name);

/** Sets a value. Changing a record clears the fields that depend on it. */
export function withValue(fields: readonly FormField[], values: Fields, name: string, value: string): Fields {
  const changed = values[name] !== value;
  const below = fields.filter((field) => field.kind === 'record' && field.within === name);
  const kept = changed
    ? Object.fromEntries(Object.entries(values).filter(([key]) => !below.some((one) => one.name === key)))
    : values;
  return { ...kept, [name]: value };
}

/** Validation messages by field name. */
export function issuesOf(problem: Problem | null): Readonly<Record<string, string>> {
  const issues = problem?.members['issues'];
  if (!Array.isArray(issues)) return {};
  return Object.fromEntries(
    issues.flatMap((issue: unknown) => {
      const { path, message } = asRecord(issue);
      const name = /^fields\.(\w+)$/.exec(asText(path) ?? '')?.[1];
      return name === undefined ? [] : [[name, asText(message) ?? '']];
    }),
  );
}
