// What a message says: its text, its reasoning, and both text and tool calls in order.
import type { UIMessage } from '@tanstack/ai-client';

/** Empty if there is nothing but white space, which would show as an empty bubble. */
export const textOf = (message: UIMessage): string => {
  const text = message.parts.flatMap((part) => (part.type === 'text' ? [part.content] : [])).join('\n\n');
  return text.trim() === '' ? '' : text;
};

export const reasoningOf = (message: UIMessage): string =>
  message.parts.flatMap((part) => (part.type === 'thinking' ? [part.content] : [])).join('\n\n');

/** Text, or the ids of tool calls without text in between. */
export type Piece = { readonly text: string } | { readonly callIds: readonly string[] };

/** The text and the tool calls of a message, in the order in which the model wrote them. */
export function piecesOf({ parts }: Pick<UIMessage, 'parts'>): Piece[] {
  const pieces: Piece[] = [];
  for (const part of parts) {
    const last = pieces.at(-1);
    if (part.type === 'tool-call') {
      if (last && 'callIds' in last) pieces[pieces.length - 1] = { callIds: [...last.callIds, part.id] };
      else pieces.push({ callIds: [part.id] });
    } else if (part.type === 'text' && part.content.trim() !== '') {
      if (last && 'text' in last) pieces[pieces.length - 1] = { text: `${last.text}\n\n${part.content}` };
      else pieces.push({ text: part.content });
    }
  }
  return pieces;
}
