// The item types: numbering, fields, lifecycle, relationships. Tools take their enums from here, and the model its knowledge.
// A test compares the lifecycles with the database's.
import * as z from 'zod';
import * as fields from './fields.ts';

/** State → the states it can change to. A state with none is final. */
export type Lifecycle = Readonly<Record<string, readonly string[]>>;

export type ItemType = {
  readonly prefix: string;
  readonly about: string;
  /** In addition to number, revision, name, description and state, which all types have. */
  readonly fields: z.ZodObject;
  readonly lifecycle: Lifecycle;
  /** Whether items of this type belong to a design. */
  readonly inDesign: boolean;
};

const RELEASED: Lifecycle = {
  Draft: ['In Review'],
  'In Review': ['Approved'],
  Approved: ['Released'],
  Released: ['Obsolete'],
  Obsolete: [],
};

export const ITEM_TYPES = {
  Part: {
    prefix: 'PN',
    about: 'a component or an assembly',
    fields: z.object({
      partType: fields.partType,
      material: fields.material,
      weight: fields.weight,
      weightUnit: fields.weightUnit,
      cost: fields.cost,
      currency: fields.currency,
    }),
    lifecycle: RELEASED,
    inDesign: true,
  },
  Document: {
    prefix: 'DOC',
    about: 'a drawing, specification or manual',
    fields: z.object({ documentType: fields.documentType, fileName: fields.fileName }),
    lifecycle: RELEASED,
    inDesign: true,
  },
  ChangeOrder: {
    prefix: 'ECO',
    about: 'an engineering change (ECO, ECN, Deviation or MCO)',
    fields: z.object({
      changeType: fields.changeType,
      priority: fields.priority,
      reasonForChange: fields.reason,
      impactDescription: fields.reason,
    }),
    lifecycle: { Draft: ['In Review'], 'In Review': ['Approved', 'Draft'], Approved: [] },
    inDesign: false,
  },
  Requirement: {
    prefix: 'REQ',
    about: 'what a design must fulfill',
    fields: z.object({ requirementType: fields.requirementType }),
    lifecycle: {
      Draft: ['Proposed', 'Rejected'],
      Proposed: ['In Review', 'Rejected'],
      'In Review': ['Approved', 'Rejected'],
      Approved: ['Implemented', 'Rejected'],
      Implemented: ['Verified', 'Rejected'],
      Verified: [],
      Rejected: [],
    },
    inDesign: true,
  },
  Task: {
    prefix: 'TSK',
    about: 'a piece of work; needs no design and no change order',
    fields: z.object({ priority: fields.priority, assignee: fields.assignee, dueDate: fields.dueDate }),
    lifecycle: {
      Backlog: ['To Do', 'Cancelled'],
      'To Do': ['In Progress', 'Cancelled'],
      'In Progress': ['In Review', 'Cancelled'],
      'In Review': ['Done', 'Cancelled'],
      Done: [],
      Cancelled: [],
    },
    inDesign: false,
  },
} as const satisfies Record<string, ItemType>;

export const itemType = z.enum(['Part', 'Document', 'ChangeOrder', 'Requirement', 'Task']);
/** Change orders are created by their own tool. */
export const creatableType = itemType.exclude(['ChangeOrder']);

/** A release sets the revision it replaces to this state; users can't. */
export const SUPERSEDED = 'Superseded';

const STATES = [...new Set(Object.values(ITEM_TYPES).flatMap(({ lifecycle }) => Object.keys(lifecycle)))];

export const targetState = z.enum(STATES);
export const anyState = z.enum([...STATES, SUPERSEDED]);

export type RelationshipRule = { readonly type: z.output<typeof fields.relationshipType>; readonly rule: string };

export const RELATIONSHIPS: readonly RelationshipRule[] = [
  {
    type: 'BOM',
    rule: 'from an assembly (Part) to a component (Part), with quantity, find number and reference designator',
  },
  { type: 'Document', rule: 'from an item to a Document that describes it' },
  { type: 'Affects', rule: 'from a change order to an item that it changes' },
];
