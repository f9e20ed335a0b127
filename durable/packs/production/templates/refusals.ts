// A record that a form names and that is not there, or not for whoever asks.
import type { FieldRefusal } from '../../../templates/template.ts';

export const notThere = (field: string, what: string): FieldRefusal => ({
  refused: true,
  field,
  message: `There is no such ${what} that you can see.`,
});

export const ofAnotherProject = (field: string, what: string): FieldRefusal => ({
  refused: true,
  field,
  message: `This ${what} belongs to another project.`,
});
