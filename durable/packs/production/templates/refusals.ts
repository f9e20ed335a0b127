// Refusals for a form field whose record doesn't exist or isn't visible to the user.
import type { FieldRefusal } from '../../../templates/template.ts';

export const notThere = (field: string, what: string): FieldRefusal => ({
  refused: true,
  field,
  message: `This ${what} doesn't exist or you don't have access.`,
});

export const ofAnotherProject = (field: string, what: string): FieldRefusal => ({
  refused: true,
  field,
  message: `This ${what} belongs to another project.`,
});
