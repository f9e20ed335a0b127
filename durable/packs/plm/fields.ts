// The field schemas of the tools' inputs and of the model's knowledge of item types. The database enforces the same limits;
// here they give the model a message it can act on.
import * as z from 'zod';
import { line, prose } from '../text-fields.ts';

/** A UUID of any version. */
export const id = (description: string) => z.guid().describe(description);
/** An item's id or number: a model often has only the number, and a lookup would cost a step. */
export const itemId = (description: string) =>
  z
    .string()
    .trim()
    .refine((text) => IS_ID.test(text) || IS_ITEM_NUMBER.test(text), {
      error: 'must be an id (a UUID) or an item number',
    })
    .describe(description);
const IS_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const IS_ITEM_NUMBER = /^(PN|DOC|ECO|REQ|TSK)-[0-9]{6,12}$/i;
/** Programs and designs are as often known by their code as by their id. */
export const idOrCode = (description: string) => line(64).describe(description);

export const query = (description: string) => line(200).describe(description);
export const limit = z.int().min(1).max(50).default(20).describe('Maximum number of results, 1 to 50');
export const label = line(80);

export const itemNumber = line(64);
export const name = line(200);
export const description = prose(4000);

export const partType = z.enum(['Manufacture', 'Purchase', 'Software', 'Phantom']);
export const material = line(200);
export const weight = z.number().min(0).max(1_000_000);
export const weightUnit = z.enum(['kg', 'g', 'mg', 'lb', 'oz', 't']);
export const cost = z.number().min(0).max(1_000_000_000);
export const currency = z
  .string()
  .trim()
  .toUpperCase()
  .refine((code) => /^[A-Z]{3}$/.test(code), { error: 'must be a three-letter currency code such as USD' });

export const documentType = z.enum(['Drawing', 'Specification', 'Procedure', 'Report', 'Manual', 'Other']);
export const fileName = line(255);

export const requirementType = z.enum(['Functional', 'Performance', 'Interface', 'Constraint', 'Other']);

export const priority = z.enum(['low', 'medium', 'high', 'critical']);
export const assignee = line(200);
export const dueDate = z.iso.date();

export const changeType = z.enum(['ECO', 'ECN', 'Deviation', 'MCO']);
export const reason = prose(4000);

export const relationshipType = z.enum(['BOM', 'Document', 'Affects']);
export const quantity = z.number().min(0.0001).max(1_000_000);
export const findNumber = z.int().min(1).max(99_999);
export const referenceDesignator = line(500);

export const programStatus = z.enum(['Active', 'On Hold', 'Completed', 'Cancelled']);
export const designType = z.enum(['Engineering', 'Library', 'Family', 'Manufacturing']);
export const comments = prose(2000);
