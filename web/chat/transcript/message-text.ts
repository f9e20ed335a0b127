// The text and the reasoning of a message, without its other parts.
import type { UIMessage } from '@tanstack/ai-client';

/** Empty if there is nothing but white space, which would show as an empty bubble. */
export const textOf = (message: UIMessage): string => {
  const text = message.parts.flatMap((part) => (part.type === 'text' ? [part.content] : [])).join('\n\n');
  return text.trim() === '' ? '' : text;
};

export const reasoningOf = (message: UIMessage): string =>
  message.parts.flatMap((part) => (part.type === 'thinking' ? [part.content] : [])).join('\n\n');
