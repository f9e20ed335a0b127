import { z } from 'zod';
import { defineTool } from '../../../tools/tool.ts';
import * as fields from '../fields.ts';
import { lightWriteBy } from '../functions.ts';

const Opened = z.object({ sessionId: z.guid() });

export const initiateCollaborativeDesign = defineTool({
  name: 'initiate_collaborative_design',
  description:
    'Open a collaborative design workspace in a program, where its members work on a brief together with you. It changes no item and needs no confirmation; the user gets a button that opens it.',
  effect: 'light-write',
  permission: 'parts:create',
  input: z.strictObject({
    description: fields.description.describe('The brief: what is to be designed'),
    programId: fields.idOrCode('Program ID or code'),
    designId: fields.idOrCode('Design ID or code to start from').optional(),
  }),
  output: z.object({
    sessionId: z.guid(),
    workspaceUrl: z.templateLiteral(['/workspace/sessions/', z.string()]),
    message: z.string(),
  }),
  execute: async function openWorkspace(context, input, tenant, effect) {
    const answer = await open(context, input, tenant, effect);
    if (answer.refused) return answer;
    const { sessionId } = Opened.parse(answer.data);
    return {
      refused: false,
      data: { sessionId, workspaceUrl: `/workspace/sessions/${sessionId}`, message: 'The design workspace is open.' },
    };
  },
  link: ({ workspaceUrl }) => ({ kind: 'workspace', path: workspaceUrl, label: 'Open Design Workspace' }),
});

const open = lightWriteBy('initiate_collaborative_design');
