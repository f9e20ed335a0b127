// Reads from the system prompt which places and which item the user looks at, however the prompt words it.
import { findCodes, findIds, findItemNumbers } from './words.ts';

type Noun = 'program' | 'design' | 'project' | 'show';

export type Setting = Readonly<Record<`${Noun}Id`, string | null>> & {
  /** The item whose page is open. */
  readonly itemNumber: string | null;
};

const IN_VIEW = /\b(?:in view|current(?:ly)?|active|selected|scope|context|looking at|works? (?:in|on)|open)\b/i;
/** A verb in a prompt as often as a noun: only a line of its own names one. */
const IS_VERB: ReadonlySet<Noun> = new Set(['show', 'project']);

export function readSetting(system: string): Setting {
  const lines = system.split('\n');
  const [itemNumber = null] = findItemNumbers(lines.find((line) => line.startsWith('In view:')) ?? '');
  return {
    programId: find(lines, 'program'),
    designId: find(lines, 'design'),
    projectId: find(lines, 'project'),
    showId: find(lines, 'show'),
    itemNumber,
  };
}

function find(lines: readonly string[], noun: Noun): string | null {
  const label = new RegExp(
    `^[-*•\\s]*(?:the )?(?:current |active |selected )?${noun}(?: id| code| in view)?\\s*[:=]`,
    'i',
  );
  const word = new RegExp(`\\b${noun}\\b[^.;]*`, 'i');
  for (const line of lines) {
    if (!label.test(line) && (IS_VERB.has(noun) || !(IN_VIEW.test(line) && word.test(line)))) continue;
    const about = word.exec(line)?.[0] ?? '';
    const [id] = findIds(about);
    const [code] = findCodes(about);
    if (id !== undefined || code !== undefined) return id ?? code ?? null;
  }
  return null;
}
