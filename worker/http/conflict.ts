// Two people saved the same settings. The cause of an AppError that shows both values.

export type ConflictingValue = { readonly field: string; readonly stored: unknown; readonly sent: unknown };

export class Conflict extends Error {
  /** The version to save on top of, after comparing the values. */
  readonly version: number;
  readonly values: readonly ConflictingValue[];

  constructor(version: number, values: readonly ConflictingValue[]) {
    super('saved by someone else in the meantime');
    this.name = 'Conflict';
    this.version = version;
    this.values = values;
  }
}

/** The sent values that differ from the stored ones. */
export function conflictingValues(
  stored: Readonly<Record<string, unknown>>,
  sent: Readonly<Record<string, unknown>>,
): ConflictingValue[] {
  return Object.entries(sent)
    .filter(([field, value]) => value !== undefined && stored[field] !== value)
    .map(([field, value]) => ({ field, stored: stored[field] ?? null, sent: value }));
}
