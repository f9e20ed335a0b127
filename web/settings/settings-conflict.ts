// What the server tells whoever saved settings that somebody else saved meanwhile. Pure.
import { Problem } from '../problem.ts';

export type ConflictingValue = { readonly field: string; readonly stored: unknown; readonly sent: unknown };

export type SettingsConflict = {
  /** The version to save on, once both values were looked at. */
  readonly version: number;
  readonly values: readonly ConflictingValue[];
};

/** Null where it is another problem. */
export function conflictOf(error: unknown): SettingsConflict | null {
  if (!(error instanceof Problem) || error.code !== 'SETTINGS_CONFLICT') return null;
  const { conflict } = error.members as { conflict?: unknown };
  if (typeof conflict !== 'object' || conflict === null) return null;
  const { version, values } = conflict as { version?: unknown; values?: unknown };
  if (typeof version !== 'number' || !Array.isArray(values)) return null;
  return { version, values: values.filter(isValue) };
}

const isValue = (value: unknown): value is ConflictingValue =>
  typeof value === 'object' && value !== null && typeof (value as { field?: unknown }).field === 'string';

/** What is wrong with each field, as the server names it; fields of a part are named by their path. */
export function issuesOf(error: unknown): ReadonlyMap<string, string> {
  const issues = error instanceof Problem ? error.members['issues'] : null;
  if (!Array.isArray(issues)) return new Map();
  const named = issues.filter(
    (issue): issue is { path: string; message: string } =>
      typeof issue?.path === 'string' && typeof issue?.message === 'string',
  );
  return new Map(named.map(({ path, message }) => [path, sentence(message)]));
}

/** The server words an issue to go on after the field's name; under the field it begins a line of its own. */
const sentence = (message: string): string =>
  `${message.charAt(0).toUpperCase()}${message.slice(1)}${/[.!?]$/.test(message) ? '' : '.'}`;
