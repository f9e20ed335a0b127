// The values of a draft's form, and what the server found wrong with them. Pure.

import type { FormField } from '../../worker/templates-contract.ts';
import { asRecord, asText } from '../chat/unknown-value.ts';
import type { Problem } from '../problem.ts';

export type Fields = Readonly<Record<string, string>>;

/** What is sent: fields that hold something, and that the form has. */
export const filledOf = (fields: readonly FormField[], values: Fields): Fields =>
  Object.fromEntries(
    fields.flatMap(({ name }) => {
      const value = (values[name] ?? '').trim();
      return value === '' ? [] : [[name, value]];
    }),
  );

/** Names of fields that must hold something and do not. */
export const lackingOf = (fields: readonly FormField[], values: Fields): string[] =>
  fields.filter(({ name, required }) => required && (values[name] ?? '').trim() === '').map(({ name }) => name);

/** Takes out what stood under a record that is no longer chosen. */
export function withValue(fields: readonly FormField[], values: Fields, name: string, value: string): Fields {
  const changed = values[name] !== value;
  const below = fields.filter((field) => field.kind === 'record' && field.within === name);
  const kept = changed
    ? Object.fromEntries(Object.entries(values).filter(([key]) => !below.some((one) => one.name === key)))
    : values;
  return { ...kept, [name]: value };
}

/** By field, from the paths of a refusal. */
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
