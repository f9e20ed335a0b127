// The words of a message, without what stands around them.
import type { UIMessage } from '@tanstack/ai-client';

export const textOf = (message: UIMessage): string =>
  message.parts.map((part) => (part.type === 'text' ? part.content : '')).join('');

export const reasoningOf = (message: UIMessage): string =>
  message.parts.map((part) => (part.type === 'thinking' ? part.content : '')).join('');
