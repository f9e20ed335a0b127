// The results of the SQL functions behind the pages, limited to the fields that the pages show.
import * as z from 'zod';
import { EntityRef } from '../shapes.ts';

const text = z.string().nullish();

export const ItemDetails = z.object({
  id: z.string(),
  itemNumber: z.string(),
  name: z.string(),
  revision: text,
  state: z.string(),
  itemType: z.string(),
  designId: text,
  programId: text,
  isCurrent: z.boolean().nullish(),
  isWorkingCopy: z.boolean().nullish(),
});
export type ItemDetails = z.infer<typeof ItemDetails>;

export const Design = EntityRef.extend({ description: text, designType: text, isArchived: z.boolean().nullish() });
export type Design = z.infer<typeof Design>;
export const Program = EntityRef.extend({ description: text, customer: text, status: text });
export type Program = z.infer<typeof Program>;

export const ItemPage = ItemDetails.extend({
  description: text,
  details: z.record(z.string(), z.unknown()),
  design: EntityRef.nullish(),
  program: EntityRef.nullish(),
  revisions: z.array(z.object({ id: z.string(), revision: z.string(), state: z.string() })).nullish(),
  activeChangeOrders: z.array(
    z.object({ id: z.string(), itemNumber: z.string(), name: z.string(), state: z.string(), action: text }),
  ),
  createdAt: z.string(),
  updatedAt: z.string(),
  createdBy: text,
  updatedBy: text,
  changeOrderId: text,
  counts: z.record(z.string(), z.int()),
  changeOrder: z
    .object({
      designs: z.array(EntityRef.extend({ mergeStatus: text })),
      steps: z.array(z.object({ from: text, to: text, by: text, comments: text, at: z.string() })),
      votes: z.array(z.object({ by: text, vote: text, comments: text, at: z.string() })),
    })
    .nullish(),
});
export type ItemPage = z.infer<typeof ItemPage>;

const paged = <R extends z.ZodType>(row: R) => z.object({ rows: z.array(row), cursor: text });

export const HistoryRows = paged(
  z.object({
    id: z.string(),
    at: z.string(),
    by: text,
    action: z.string(),
    revision: text,
    changes: z.record(z.string(), z.unknown()).nullish(),
    comments: text,
    changeOrderNumber: text,
  }),
);
export const RelatedRows = paged(
  ItemDetails.extend({
    relationshipId: z.string(),
    type: z.string(),
    direction: z.enum(['outgoing', 'incoming']),
    quantity: z.number().nullish(),
    isProposed: z.boolean().nullish(),
  }),
);
export const AffectedRows = paged(
  ItemDetails.extend({
    action: text,
    fromRevision: text,
    toRevision: text,
    changeOrderId: text,
    changeOrderNumber: text,
    changeOrderState: text,
  }),
);

export type BomNode = z.infer<typeof ItemDetails> & {
  readonly quantity?: number | null | undefined;
  readonly findNumber?: number | null | undefined;
  readonly referenceDesignator?: string | null | undefined;
  readonly children: BomNode[];
};
export const BomNode: z.ZodType<BomNode> = ItemDetails.extend({
  quantity: z.number().nullish(),
  findNumber: z.number().nullish(),
  referenceDesignator: text,
  children: z.lazy(() => z.array(BomNode)),
});
export const Bom = z.object({
  count: z.int(),
  hidden: z.int(),
  truncated: z.boolean(),
  children: z.array(BomNode),
});

export const DesignPage = paged(ItemDetails).extend({
  design: Design,
  program: Program,
  isProtected: z.boolean().nullish(),
  branches: z
    .array(
      z.object({
        id: z.string(),
        name: z.string(),
        branchType: z.string(),
        isArchived: z.boolean(),
        changeOrderId: text,
      }),
    )
    .nullish(),
  counts: z.array(z.object({ itemType: z.string(), state: z.string(), count: z.int() })),
});
export const FoundItems = z.object({ items: z.array(ItemDetails), total: z.int().nullish() });

export const ProgramMember = z.object({
  userId: z.string(),
  name: z.string(),
  role: z.string(),
  canCreateEco: z.boolean(),
  canApproveEco: z.boolean(),
});
export const ProgramPage = z.object({
  program: Program,
  members: z.array(ProgramMember),
  designs: z.array(Design),
  changeOrders: z.array(ItemDetails),
  sessions: z.array(
    z.object({
      id: z.string(),
      description: z.string(),
      status: text,
      createdBy: text,
      createdAt: z.string(),
    }),
  ),
});
export const ProgramList = z.object({ programs: z.array(Program), total: z.int().nullish() });
export const SessionPage = z.object({
  session: z.object({
    id: z.string(),
    description: z.string(),
    status: text,
    designId: text,
    createdBy: text,
    createdAt: z.string(),
  }),
  program: Program,
  members: z.array(ProgramMember),
  designs: z.array(Design),
  items: z.array(ItemDetails),
});
export const SharedPlaceAnswer = z.object({
  description: z.string(),
  openedAt: z.string(),
  program: Program,
  design: Design.nullable(),
  canManage: z.boolean(),
});
