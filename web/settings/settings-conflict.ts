// Parses the server's problems about saved settings: conflicts with a concurrent save, and invalid fields. Pure.
import { Problem } from '../problem.ts';

export type ConflictingValue = { readonly field: string; readonly stored: unknown; readonly sent: unknown };

export type SettingsConflict = {
  /** The version to save against after the user has compared both. */
  readonly version: number;
  readonly values: readonly ConflictingValue[];
};

/** Null if the error isn't a settings conflict. */
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

/** Validation messages by field path, for example `fallback.model`. */
export function issuesOf(error: unknown): ReadonlyMap<string, string> {
  const issues = error instanceof Problem ? error.members['issues'] : null;
  if (!Array.isArray(issues)) return new Map();
  const named = issues.filter(
    (issue): issue is { path: string; message: string } =>
      typeof issue?.path === 'string' && typeof issue?.message === 'string',
  );
  return new Map(named.map(({ path, message }) => [path, sentence(message)]));
}

/** The server's messages continue after a field name; under a field they need to be full sentences. */
const sentence = (message: string): string =>
  `${message.charAt(0).toUpperCase()}${message.slice(1)}${/[.!?]$/.test(message) ? '' : '.'}`;
