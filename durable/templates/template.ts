// A drafting template: a form, the rows it gathers for the form, and the instructions for the model. One file per template,
// in its pack. It reads with the user's rights and writes nothing.
import type { z } from 'zod';
import type { Source } from '../contracts/draft.ts';
import type { Access } from '../principal.ts';
import type { TenantReader } from '../tools/tenant-access.ts';

/** The rows gathered for a filled-in form. */
export type GatheredRows = {
  readonly refused: false;
  /** The draft's name in lists, such as "Denver". */
  readonly title: string;
  readonly sources: readonly Source[];
  readonly notes: readonly string[];
  /** Titles of the records in the form, by id. */
  readonly named: Readonly<Record<string, string>>;
  /** The scopes of the conversation that the draft starts. */
  readonly programId: string | null;
  readonly designId: string | null;
};

/** A field's record does not exist or is not visible to the user: both get the same refusal. */
export type FieldRefusal = { readonly refused: true; readonly field: string; readonly message: string };

export type Template<F extends z.ZodObject = z.ZodObject> = {
  readonly id: string;
  readonly name: string;
  /** A line for the list. */
  readonly description: string;
  /** All kinds of rows the draft requires. Optional kinds that the role can't read are left out, with a note. */
  readonly permissions: readonly string[];
  /** A strict object of fields from form-fields.ts. */
  readonly form: F;
  /** The document's own instructions; the rules of all drafts are in draft-prompt.ts. */
  readonly prompt: string;
  /** @throws AppError if the rows can't be read. */
  gather(input: z.output<F>, tenant: TenantReader, access: Access): Promise<GatheredRows | FieldRefusal>;
};

/** Infers the form's shape; the template's users know it as any form. */
export function defineTemplate<F extends z.ZodObject>(template: Template<F>): Template {
  return template as unknown as Template;
}

/** A record that a field can refer to. */
export type Choice = { readonly id: string; readonly title: string; readonly detail: string };

/** Searches records of a kind, optionally within another record. Empty if the role can see none. */
export type FindChoices = (
  record: string,
  asked: { readonly words: string | null; readonly within: string | null },
  tenant: TenantReader,
) => Promise<readonly Choice[]>;

/** A pack's templates, and how their forms find records. */
export type PackTemplates = { readonly templates: readonly Template[]; readonly findChoices: FindChoices };
