// The questions that the demo model asks back. Their last words tell the next turn what the answer completes.
import type { JsonObject } from './chat.ts';
import { type Entity, labelOf } from './entities.ts';
import { listEntities } from './report-lists.ts';
import type { Parameter } from './schema.ts';
import { capitalised, spaced } from './words.ts';

export const ASK_ITEM = 'Which item do you mean? A number such as `PN-000001` or a name will do.';
const ASK_WHICH = 'Which one do you mean?';
const ASK_NAME = 'What should it be called?';
const ASK_VALUE = 'What should it be?';

export function askWhich(query: string, candidates: readonly Entity[]): string {
  return `Several items fit “${query}”:\n\n${listEntities(candidates)}\n\n${ASK_WHICH}`;
}

export function askPlace(kind: string, candidates: readonly Entity[], query: string): string {
  const noun = spaced(kind);
  const named = query === '' ? '' : ` “${query}”`;
  if (candidates.length === 0) return `I found no ${noun}${named} that you can see.`;
  const unknown = query === '' ? '' : `I do not know a ${noun}${named}. `;
  return `${unknown}These are the ${noun}s that I can see:\n\n${listEntities(candidates)}\n\nWhich ${noun} do you mean?`;
}

/** What the tool requires and the words do not say, as a question; null when nothing is missing. */
export function askMissing(toolName: string, required: readonly Parameter[], args: JsonObject): string | null {
  const missing = required.find((parameter) => parameter.required && args[parameter.name] === undefined);
  if (missing === undefined) return null;
  if (/^(?:\w*[iI]temId|id)$/.test(missing.name)) return ASK_ITEM;
  if (/^(?:name|title)$/.test(missing.name)) return ASK_NAME;
  const choices = missing.choices.length > 0 ? ` One of: ${missing.choices.join(', ')}.` : '';
  return `${capitalised(spaced(toolName))} needs a ${spaced(missing.name).replace(/ id$/, '')}.${choices} ${ASK_VALUE}`;
}

export function askChange(item: Entity): string {
  return `I can change the name, description, material, weight or cost of ${labelOf(item)}, among others. ${ASK_VALUE}`;
}

/** The wish completed by the answer to a question; null when the text before was no question of these. */
export function completeWish(wish: string, question: string, reply: string): string | null {
  const asked = question.trimEnd();
  const open = wish.replace(/[.!?\s]+$/, '');
  const answer = reply.trim().replace(/^(?:in|into|use|the|it is|it's|call it|name it|for)\s+/i, '');
  const place = /Which ([a-z ]+) do you mean\?$/.exec(asked)?.[1];
  if (place !== undefined && place !== 'one')
    return `${open} in ${place} "${answer.replace(new RegExp(`^(?:the )?${place}\\s+|\\s+${place}$`, 'i'), '')}"`;
  if (asked.endsWith(ASK_NAME)) return `${open} called "${answer.replace(/^["“']|["”']$/g, '')}"`;
  if (asked.endsWith(ASK_ITEM) || asked.endsWith(ASK_WHICH) || asked.endsWith(ASK_VALUE)) return `${open}, ${reply}`;
  return null;
}
