// The program, design or item that the page showed when a message was sent. The page provides it; the user sees it as a
// chip above the composer and can remove it.
import type { EstimateRequest } from '../../../worker/api/usage/usage-schema.ts';

export type ChatContext = {
  readonly programId: string | null;
  readonly designId: string | null;
  /** For example "Design GBX-2 Gearbox". */
  readonly label: string;
  /** The page that shows it. */
  readonly path: string | null;
  /** Text to start the message with, for example "About PN-000123: "; empty if the context is enough. */
  readonly draft: string;
  /** What a page of another site shows: sent as data, in place of the label. */
  readonly item?: NonNullable<EstimateRequest['context']>[number];
};
