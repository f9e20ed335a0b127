import * as z from 'zod';
import { defineTool } from '../../../tools/tool.ts';
import * as fields from '../fields.ts';
import { readBy } from '../functions.ts';
import { ActiveChangeOrder, Assembly, EntityRef, ItemRow } from '../shapes.ts';

const Severity = z.enum(['low', 'medium', 'high', 'critical']);

export const analyzeChangeImpact = defineTool({
  name: 'analyze_change_impact',
  description:
    'Analyze the impact of changing an item: assemblies that use it, documents, other active change orders on it, other designs; with an overall risk from low to critical and the reason for each finding. Use it before proposing a change.',
  effect: 'read',
  permission: 'parts:read',
  input: z.strictObject({
    itemId: fields.itemId('Item UUID'),
    includeDocuments: z.boolean().default(true).describe('Include documents'),
    includeRelatedChanges: z.boolean().default(true).describe('Include other active change orders'),
  }),
  output: z.object({
    item: ItemRow,
    risk: z.object({
      severity: Severity,
      reasons: z.array(z.object({ rule: z.string(), severity: Severity, reason: z.string() })),
    }),
    affectedAssemblyCount: z.int(),
    maxDepth: z.int(),
    affectedAssemblies: z.array(Assembly),
    otherDesigns: z.array(EntityRef),
    /** Null if not requested. */
    documents: z.array(ItemRow).nullable(),
    relatedChangeOrders: z.array(ActiveChangeOrder).nullable(),
    truncated: z.boolean(),
  }),
  affected: ({ itemId }) => [itemId],
  run: readBy('analyze_change_impact'),
});
