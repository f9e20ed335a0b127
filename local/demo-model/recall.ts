// Answers about the conversation itself: what was asked, who the user is, what is known of the last item.
import type { DemoMessage } from './chat.ts';
import { answerProperty, asksProperty } from './properties.ts';
import { flattened, nameOf } from './report-value.ts';
import type { Story } from './story.ts';
import { refersBack } from './words.ts';

/** Null when the words do not ask about the conversation. */
export function recall(story: Story): string | null {
  return recallName(story) ?? recallQuestions(story);
}

/** From what earlier results told, for when no tool can be asked anew. */
export function recallProperty(story: Story): string | null {
  const { focus, text } = story;
  if (focus === null || !refersBack(text) || !asksProperty(text)) return null;
  if (Object.keys(focus.fields).length === 0) return null;
  return answerProperty(text, nameOf(focus), flattened(focus.fields));
}

function recallName(story: Story): string | null {
  const told = nameTold(story.text);
  if (told !== null && !/\?\s*$/.test(story.text))
    return `Nice to meet you, ${told}. I will remember your name in this conversation.`;
  if (
    !/\b(?:what(?:'s| is)|do you (?:know|remember)|remember|say|tell me)\b.*\bmy name\b|\bwho am i\b/i.test(story.text)
  )
    return null;
  const name =
    userTexts(story.before)
      .map(nameTold)
      .findLast((one) => one !== null) ?? null;
  return name === null ? 'You have not told me your name in this conversation.' : `Your name is ${name}.`;
}

function nameTold(text: string): string | null {
  const name =
    /\b(?:my name is|my name's|i am called|call me|(?:^|[.!,]\s*)(?:i'm|i am|this is))\s+(\p{Lu}[\p{L}'-]*(?:\s\p{Lu}[\p{L}'-]*)?)/u.exec(
      text
        .replace(/^i(?='m| am)/i, 'i')
        .replace(/\b(My name|Call me|I am called|This is|I'm|I am)\b/g, (words) => words.toLowerCase()),
    );
  return name?.[1] ?? null;
}

function recallQuestions(story: Story): string | null {
  const { text } = story;
  const asks =
    /\bwhat (?:did|have) i (?:just )?(?:ask|say|said|asked|want|wrote|write)|\bmy (?:first|last|previous) (?:question|message)|\bwhat (?:were we|have we been|are we) (?:talking|speaking)|\b(?:repeat|remind me)\b.*\b(?:i|my|we)\b|\b(?:summari[sz]e|recap) (?:this|our|the) (?:conversation|chat|session)|\bwhat was (?:that|the question)\b/i;
  if (!asks.test(text)) return null;
  const said = userTexts(story.before);
  const [first] = said;
  const last = said.at(-1);
  if (first === undefined || last === undefined)
    return 'This is the first thing that you asked me in this conversation.';
  if (/\bfirst\b/i.test(text)) return `The first thing that you wrote was: ${quoted(first)}`;
  if (/\b(?:summari[sz]e|recap|talking|speaking)\b/i.test(text)) {
    const lines = said.slice(-10).map((one, index) => `${index + 1}. ${quoted(one)}`);
    return `So far you wrote:\n\n${lines.join('\n')}`;
  }
  const earlier = said.length > 1 ? ` Before that: ${quoted(said.at(-2) ?? '')}` : '';
  return `Just before this you wrote: ${quoted(last)}${earlier}`;
}

function userTexts(messages: readonly DemoMessage[]): readonly string[] {
  return messages.flatMap((message) => (message.role === 'user' ? [message.text] : []));
}

function quoted(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return `“${line.length > 160 ? `${line.slice(0, 157)}…` : line}”`;
}
