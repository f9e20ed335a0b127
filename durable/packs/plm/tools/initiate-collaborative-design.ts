import * as z from 'zod';
import { defineTool } from '../../../tools/tool.ts';
import { workspaceOpeningCard } from '../approval-cards.ts';
import * as fields from '../fields.ts';
import { writeBy } from '../functions.ts';

const Opened = z.object({ sessionId: z.guid() });

const { prepare, execute } = writeBy('initiate_collaborative_design', workspaceOpeningCard);

export const initiateCollaborativeDesign = defineTool({
  name: 'initiate_collaborative_design',
  description:
    'Open a collaborative design workspace in a program, where its members work on a brief together with you. It changes no item. In the program in view it needs no approval; in another one the user approves it in a card. The user then gets a button that opens it.',
  effect: 'light-write',
  action: 'create',
  permission: 'parts:create',
  input: z.strictObject({
    description: fields.description.describe('The brief: what to design'),
    programId: fields.idOrCode('Program ID or code'),
    designId: fields.idOrCode('Design ID or code to start from').optional(),
  }),
  output: z.object({
    sessionId: z.guid(),
    workspaceUrl: z.templateLiteral(['/workspace/sessions/', z.string()]),
    message: z.string(),
  }),
  prepare,
  execute: async function openWorkspace(context, input, tenant, effect) {
    const reply = await execute(context, input, tenant, effect);
    if (reply.refused) return reply;
    const { sessionId } = Opened.parse(reply.data);
    return {
      refused: false,
      data: { sessionId, workspaceUrl: `/workspace/sessions/${sessionId}`, message: 'The design workspace is open.' },
    };
  },
  link: ({ workspaceUrl }) => ({ kind: 'workspace', path: workspaceUrl, label: 'Open Design Workspace' }),
});
