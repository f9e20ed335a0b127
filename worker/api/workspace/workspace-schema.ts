// The organization's data as read-only pages.

import * as z from 'zod';
import { exactText } from '../../../durable/input-text.ts';
import * as pages from '../../../durable/packs/workspace/workspace-page.ts';
import { Cursor, SearchWords } from '../fields-schema.ts';

export const WorkspacePage = pages.WorkspacePage.meta({ id: 'WorkspacePage' });
export type WorkspacePage = z.infer<typeof WorkspacePage>;
export const WorkspaceTab = pages.WorkspaceTab.meta({ id: 'WorkspaceTab' });
export type WorkspaceTab = z.infer<typeof WorkspaceTab>;
export type WorkspaceSection = WorkspaceTab['sections'][number];

export const WorkspaceParams = z.object({
  kind: pages.WorkspaceKind,
  id: z.union([z.guid().toLowerCase(), pages.WorkspaceName]),
});
export const WorkspaceTabParams = WorkspaceParams.extend({ tab: exactText() });

export const WorkspaceQuery = z.strictObject({
  tab: exactText().max(64).optional().meta({ description: 'The tab to include. Defaults to the first.' }),
});
export const WorkspaceTabQuery = z.strictObject({
  cursor: Cursor.optional(),
  q: SearchWords.optional().meta({ description: 'Words to find in the rows, if the tab can be searched.' }),
});
