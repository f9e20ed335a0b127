// What a message takes along besides its words, in the names of the wire.
import type { ChatContext } from './chat-context.ts';
import type { SendMode } from './conversation-store.ts';

export type Along = {
  readonly mode: SendMode;
  /** The model chosen on this page; null leaves the choice to the server. */
  readonly model: string | null;
  /** What is in view as it is sent. */
  readonly about: ChatContext | null;
};

export const forwarded = ({ mode, model, about }: Along) => ({
  ...(mode === 'search' && { mode }),
  ...(model !== null && { model }),
  ...(about?.programId && { programId: about.programId }),
  ...(about?.designId && { designId: about.designId }),
  ...(about && { about: about.label }),
});
