// Notes on earlier messages, as the product asks for them when a conversation gets long: what people asked, one line each. Null
// if a request asks for none.
import { NOTES_RULE } from '../../durable/conversation/compaction/summary-prompt.ts';
import { type Chat, isJsonObject } from './wires/wire.ts';

const MAX_WORDS = 12;
const MAX_LINES = 40;

export function notesFrom({ system, messages }: Chat): string | null {
  if (!system.startsWith(NOTES_RULE)) return null;
  const record = messages.at(-1)?.text ?? '';
  const lines = record.split('\n').flatMap((line): string[] => {
    if (line === '') return [];
    const entry: unknown = JSON.parse(line);
    if (!isJsonObject(entry)) return [];
    if (typeof entry['notes'] === 'string') return entry['notes'].split('\n');
    return entry['role'] === 'user' ? [`- Asked: ${firstWords(String(entry['text']))}`] : [];
  });
  return lines.slice(-MAX_LINES).join('\n') || '- Nothing was asked.';
}

function firstWords(text: string): string {
  const words = text.split(/\s+/);
  return words.length <= MAX_WORDS ? words.join(' ') : `${words.slice(0, MAX_WORDS).join(' ')}…`;
}
