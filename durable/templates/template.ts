// What a drafting template is: a form, the rows that it gathers for it, and what the model is to write of them. One file a
// template, in its pack. It reads as the person who drafts and writes nothing.
import type { z } from 'zod';
import type { Access } from '../principal.ts';
import type { TenantReader } from '../tools/tenant-access.ts';
import type { Source } from './draft.ts';

/** What the rows say for a filled form. */
export type Gathered = {
  readonly refused: false;
  /** What the draft is called in lists, as "Denver". */
  readonly title: string;
  readonly sources: readonly Source[];
  readonly notes: readonly string[];
  /** What the records that the form names are called, by id. */
  readonly named: Readonly<Record<string, string>>;
  /** The scopes of the conversation that the draft begins. */
  readonly programId: string | null;
  readonly designId: string | null;
};

/** A field names what is not there, or not for this person: both are said alike. */
export type FieldRefusal = { readonly refused: true; readonly field: string; readonly message: string };

export type Template<F extends z.ZodObject = z.ZodObject> = {
  readonly id: string;
  readonly name: string;
  /** A line for the list. */
  readonly description: string;
  /** The kinds of rows without which there is nothing to draft; all of them. Further kinds are left out by role, with a note. */
  readonly permissions: readonly string[];
  /** A strict object of fields from form-fields.ts. */
  readonly form: F;
  /** The document's own instructions; the rules of all drafts stand in draft-prompt.ts. */
  readonly prompt: string;
  /** @throws AppError where the rows cannot be read. */
  gather(input: z.output<F>, tenant: TenantReader, access: Access): Promise<Gathered | FieldRefusal>;
};

/** Infers the form's shape; the template's users know it as any form. */
export function defineTemplate<F extends z.ZodObject>(template: Template<F>): Template {
  return template as unknown as Template;
}

/** A record that a field may name. */
export type Choice = { readonly id: string; readonly title: string; readonly detail: string };

/** Finds records of a kind by words, within another record where one is named. Empty where the role sees none. */
export type FindChoices = (
  record: string,
  asked: { readonly words: string | null; readonly within: string | null },
  tenant: TenantReader,
) => Promise<readonly Choice[]>;

/** A pack's templates, and how their forms find records. */
export type PackTemplates = { readonly templates: readonly Template[]; readonly findChoices: FindChoices };
