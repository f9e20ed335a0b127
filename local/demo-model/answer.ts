// Decides what the demo model answers. Pure: the same conversation on the same day gets the same answer.
import { draftFrom } from './drafts.ts';
import { planItem } from './items.ts';
import { notesFrom } from './notes.ts';
import { tellPageData } from './page-data.ts';
import { planRecords } from './records.ts';
import * as report from './report.ts';
import { fallBack, smallTalk } from './small-talk.ts';
import { readStory, type Situation, type Story } from './story.ts';
import { type Chat, type ModelAnswer, say } from './wires/wire.ts';
import * as words from './words.ts';
import { planChangeOrderFirst, planWrite, saysNo, saysYes } from './writes.ts';

export function answer(chat: Chat, today = new Date().toISOString().slice(0, 10)): ModelAnswer {
  const draft = draftFrom(chat);
  if (draft !== null) return say(draft);
  const notes = notesFrom(chat);
  if (notes !== null) return say(notes);
  const story = readStory(chat);
  const situation: Situation = { chat, story, text: wishOf(story), today };
  const talk = smallTalk(situation);
  if (talk !== null) return say(talk);
  const shown = tellPageData(story);
  if (shown !== null) return say(shown);
  return (
    planChangeOrderFirst(situation) ??
    pointToDrafts(situation) ??
    planWrite(situation) ??
    planItem(situation) ??
    planRecords(situation) ??
    say(lastResort(situation))
  );
}

function lastResort({ chat, story }: Situation): string {
  if (saysYes(story.text)) return 'Yes to what? I have no open question.';
  if (saysNo(story.text)) return 'All right. Nothing was changed.';
  return fallBack(story.text, chat.tools);
}

/** Documents are written on their own page, from records that are collected and checked there. */
function pointToDrafts({ chat, text }: Situation): ModelAnswer | null {
  const lead = words.leadWord(text);
  const document = /\b(?:e-?mails?|rfps?|reports?|letters?|documents?|summar(?:y|ies)|schedules?|message)\b/i.exec(
    text,
  )?.[0];
  if (!/^(?:write|draft|compose|prepare|generate)$/.test(lead) || document === undefined) return null;
  if (!chat.tools.some(({ name }) => name === 'list_shows'))
    return say(report.cannot('I write no texts: I am a demo without a language model.', ''));
  return say(
    `I don't write documents in the chat. Open **Drafts** in the menu and choose a template: *Advancing email* (for a show, with its venue, crew and times), *Vendor RFP*, *Incident summary report* or *Production schedule*. The draft is made from your records there, and every name, date and contact in it is checked.\n\nIf you don't see **Drafts**, your role can't create drafts.`,
  );
}

const FOLLOW_UP = /^(?:and|also|what about|how about|(?:the )?same (?:for|with))\b[\s,:]*(?:for\s+|with\s+|about\s+)?/i;
/** These start a new request instead of answering a question. */
const NEW_ORDER =
  /^(?:please\s+)?(?:show|find|list|search|create|add|update|what|where|which|how|who|cancel|never ?mind|forget|count)\b/i;
const MAX_LINKS = 6;

/** The user's request: their last message, completed by earlier ones if it answers a question or follows up on one. */
function wishOf(story: Story): string {
  const turns: { readonly text: string; readonly question: string }[] = [];
  for (const message of story.before) {
    if (message.role === 'user') turns.push({ text: message.text, question: '' });
    const last = turns.at(-1);
    if (message.role === 'assistant' && message.text !== '' && last)
      turns[turns.length - 1] = { ...last, question: message.text };
  }
  return turns
    .slice(-MAX_LINKS)
    .concat({ text: story.text, question: '' })
    .reduce((wish, turn) => ({ text: joined(wish.text, wish.question, turn.text), question: turn.question }), {
      text: '',
      question: '',
    }).text;
}

function joined(wish: string, question: string, reply: string): string {
  const open = wish.replace(/[.!?\s]+$/, '');
  if (!NEW_ORDER.test(reply)) {
    const said = reply
      .trim()
      .replace(/[.!\s]+$/, '')
      .replace(/^(?:in|into|use|the|it is|it's|call it|name it|for)\s+/i, '');
    const place = /Which ([a-z]+) do you mean\?$/.exec(question)?.[1];
    if (place !== undefined && place !== 'one' && place !== 'item') {
      const name = said
        .replace(new RegExp(`^(?:the )?${place}\\s+|\\s+${place}$`, 'i'), '')
        .replace(/^["“]|["”]$/g, '');
      return `${open} in ${place} "${name}"`;
    }
    if (question.endsWith(report.ASK_NAME)) return `${open} called "${said.replace(/^["“']|["”']$/g, '')}"`;
    if ([report.ASK_ITEM, report.ASK_WHICH, report.ASK_VALUE].some((asked) => question.endsWith(asked)))
      return `${open}, ${reply}`;
  }
  if (open === '' || !FOLLOW_UP.test(reply)) return reply;
  return followUp(open, reply.replace(FOLLOW_UP, '')) ?? reply;
}

/** "and PN-000002?" asks the same about another item; "and 3 levels deep" adds to the previous question. */
function followUp(wish: string, text: string): string | null {
  const [other] = words.findNumbers(text);
  const [named, second] = words.findNumbers(wish);
  if (other !== undefined && second === undefined && words.contentWords(words.withoutMentions(text)).length === 0) {
    if (named !== undefined) return wish.replace(new RegExp(named, 'gi'), other);
    return words.refersBack(wish) ? wish.replace(/\b(?:it|this|that)\b/i, other) : null;
  }
  return other === undefined && /^(?:\d+|all|full)\s*levels?\b/i.test(text) ? `${wish}, ${text}` : null;
}

/** The text that the model shows as its thinking: its plan. */
export function thinkAloud({ toolCalls }: ModelAnswer): string {
  if (toolCalls.length === 0) return 'No tool is needed for this. I answer from what is here.';
  return `The words fit ${toolCalls.map(({ name }) => name).join(' and ')}. I fill the arguments from the message and wait for the results.`;
}
