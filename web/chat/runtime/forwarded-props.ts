// What a message sends besides its text, in AG-UI's `forwardedProps`.
import type { EffortChoice } from '../../effort-labels.ts';
import type { ChatContext } from './chat-context.ts';
import type { BranchFrom, SendMode } from './conversation-store.ts';

export type MessageOptions = {
  readonly mode: SendMode;
  /** The model chosen on this page; null leaves the choice to the server. */
  readonly model: string | null;
  /** How hard the model should think; null leaves it to the server. */
  readonly effort?: EffortChoice | null;
  /** What the page shows when the message is sent. */
  readonly about: ChatContext | null;
  /** The question it replaces, or the answer it regenerates. */
  readonly branch?: BranchFrom | null;
};

export const toForwardedProps = ({ mode, model, effort, about, branch }: MessageOptions) => ({
  ...(mode === 'search' && { mode }),
  ...(model !== null && { model }),
  ...(effort && { effort }),
  ...(about?.programId && { programId: about.programId }),
  ...(about?.designId && { designId: about.designId }),
  ...(about && (about.item ? { context: [about.item] } : { about: about.label })),
  ...(branch?.kind === 'edit' && { edits: branch.messageId }),
  ...(branch?.kind === 'again' && { regenerates: branch.messageId }),
});
