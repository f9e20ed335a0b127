// Where several people share a conversation, the first line of what they say names them. The demo model answers the words.
import type { Chat } from './chat.ts';

const SPEAKER = /^From (?:"(?:[^"\\]|\\.)*"|somebody):\n/;

export function withoutSpeakers(chat: Chat): Chat {
  const messages = chat.messages.map((message) =>
    message.role === 'user' ? { ...message, text: message.text.replace(SPEAKER, '') } : message,
  );
  return { ...chat, messages };
}
