import * as z from 'zod';
import { defineTool } from '../../../tools/tool.ts';
import * as fields from '../fields.ts';
import { readBy } from '../functions.ts';
import { Bounds, EntityRef, VendorRow } from '../shapes.ts';

export const listVendors = defineTool({
  name: 'list_vendors',
  description:
    'List vendors with category, contact, W-9 and insurance (COI), of one project (with the service of each) or of all. issue finds vendors with missing or expired documents or without an email address.',
  effect: 'read',
  permission: 'vendors:read',
  input: z.strictObject({
    projectId: fields.projectId.optional(),
    query: fields.query('Words from a name, category, city, contact or service').optional(),
    category: fields.vendorCategory.optional().describe('Only this category'),
    issue: fields.vendorIssue.optional().describe('Only vendors with this problem; expiring means within 30 days'),
    limit: fields.limit,
  }),
  output: z.object({ vendors: z.array(VendorRow), ...Bounds, project: EntityRef.nullable() }),
  affected: ({ projectId }) => (projectId === undefined ? [] : [projectId]),
  run: readBy('list_vendors'),
});
