// What the user wants, which may have begun in an earlier message: answers to questions and follow-ups complete it.
import type { DemoMessage, DemoTool } from './chat.ts';
import { chooseTools } from './choose-tools.ts';
import { completeWish } from './questions.ts';
import { MAX_READ_CHARACTERS } from './story.ts';
import { leftover } from './subjects.ts';
import { findIds, findItemNumbers } from './words.ts';

const FOLLOW_UP =
  /^(?:and|also|what about|how about|(?:the )?same (?:for|with)|now)\b[\s,:]*(?:for\s+|with\s+|about\s+)?/i;
/** A new order instead of an answer begins with a verb or question word of its own. */
const NEW_ORDER =
  /^(?:please\s+)?(?:show|find|list|search|create|add|update|what|where|which|how|who|cancel|never ?mind|forget)\b/i;
const MAX_LINKS = 6;

/** The wish that the last of these messages, the user's, expresses or completes. */
export function wishOf(messages: readonly DemoMessage[], tools: readonly DemoTool[], links = 0): string {
  const at = messages.findLastIndex((message) => message.role === 'user');
  const text = textAt(messages, at);
  const earlier = messages.slice(0, Math.max(at, 0));
  if (links >= MAX_LINKS || !earlier.some((message) => message.role === 'user')) return text;

  const question = earlier.findLast((message) => message.role === 'assistant' && message.text !== '')?.text ?? '';
  const completed = NEW_ORDER.test(text) ? null : completeWish('', question, text);
  if (completed !== null) return completeWish(wishOf(earlier, tools, links + 1), question, text) ?? text;
  if (!FOLLOW_UP.test(text)) return text;
  return followUp(wishOf(earlier, tools, links + 1), text.replace(FOLLOW_UP, ''), tools) ?? text;
}

/** "and PN-000002?" asks the same of another item; "and three levels deep" adds to what was asked. */
function followUp(earlier: string, text: string, tools: readonly DemoTool[]): string | null {
  const others = [...findItemNumbers(text), ...findIds(text)];
  const bare = text.replace(/\b[A-Z]+-\d+\b|[?.!,]/gi, ' ').trim();
  const [other] = others;
  if (other !== undefined && leftover(bare) === '' && !chooses(bare, tools)) return withOther(earlier, other);
  if (chooses(text, tools) || !chooses(earlier, tools)) return null;
  return others.length > 0 ? null : `${earlier.replace(/[.!?\s]+$/, '')}, ${text}`;
}

function withOther(earlier: string, other: string): string | null {
  const [named, second] = [...findItemNumbers(earlier), ...findIds(earlier)];
  if (second !== undefined) return null;
  if (named !== undefined) return earlier.replace(new RegExp(named, 'gi'), other);
  const pointed = earlier.replace(/\b(?:it|this one|that one|this|that)\b/i, other);
  return pointed === earlier ? `${earlier.replace(/[.!?\s]+$/, '')} ${other}` : pointed;
}

function chooses(text: string, tools: readonly DemoTool[]): boolean {
  return chooseTools(text, tools, { hasFocus: true }).length > 0;
}

function textAt(messages: readonly DemoMessage[], at: number): string {
  const message = messages[at];
  return message?.role === 'user' ? message.text.slice(0, MAX_READ_CHARACTERS) : '';
}
