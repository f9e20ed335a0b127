// What a new conversation is about: a program or design that was in view when someone asked. It stays in the history
// entry, so that a reload keeps it and an address sent to someone else says nothing of it.
import { asRecord, asText } from './unknown-value.ts';

export type ChatContext = {
  readonly programId: string | null;
  readonly designId: string | null;
  /** What is in view, as "Design GBX-2 Gearbox". */
  readonly label: string;
  /** Where it is shown. */
  readonly path: string | null;
  /** The words to begin with, as "About PN-000123: "; empty where the context says it all. */
  readonly draft: string;
};

export const contextState = (context: ChatContext): { groundwire: { context: ChatContext } } => ({
  groundwire: { context },
});

/** Null where the history entry carries none. */
export function parseContext(state: unknown): ChatContext | null {
  const fields = asRecord(asRecord(asRecord(state)['groundwire'])['context']);
  const label = asText(fields['label']);
  if (label === null) return null;
  return {
    programId: asText(fields['programId']),
    designId: asText(fields['designId']),
    label,
    path: asText(fields['path']),
    draft: asText(fields['draft']) ?? '',
  };
}
