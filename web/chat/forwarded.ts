// What a message takes along besides its words, in the names of the wire.
import type { ChatContext } from './chat-context.ts';
import type { BranchFrom, SendMode } from './conversation-store.ts';

export type Along = {
  readonly mode: SendMode;
  /** The model chosen on this page; null leaves the choice to the server. */
  readonly model: string | null;
  /** What is in view as it is sent. */
  readonly about: ChatContext | null;
  /** What it takes the place of, or answers again. */
  readonly branch?: BranchFrom | null;
};

export const forwarded = ({ mode, model, about, branch }: Along) => ({
  ...(mode === 'search' && { mode }),
  ...(model !== null && { model }),
  ...(about?.programId && { programId: about.programId }),
  ...(about?.designId && { designId: about.designId }),
  ...(about && { about: about.label }),
  ...(branch?.kind === 'edit' && { edits: branch.messageId }),
  ...(branch?.kind === 'again' && { regenerates: branch.messageId }),
});
