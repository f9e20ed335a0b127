// Decides what the demo model answers to a conversation. Pure: the same request gets the same answer.
import { planChangeOrderFirst, saysNo, saysYes } from './change-order-first.ts';
import { type Answer, type Chat, say } from './chat.ts';
import { type Choice, chooseTools } from './choose-tools.ts';
import { draft } from './drafting.ts';
import { fallBack } from './fallback.ts';
import { answerFirst, answerThen } from './general.ts';
import { followChoices, planTurn } from './plan.ts';
import { withoutSpeakers } from './speaker.ts';
import { readStory, type Story } from './story.ts';
import { leftover } from './subjects.ts';
import { wishOf } from './wish.ts';
import { leadWord } from './words.ts';

export function answer(asked: Chat): Answer {
  const chat = withoutSpeakers(asked);
  const story = readStory(chat);
  const drafted = draft(chat);
  if (drafted !== null) return say(drafted);
  const first = answerFirst(chat, story);
  if (first !== null) return say(first);
  return (
    planChangeOrderFirst(chat, story) ??
    planTurn(chat, story, wishOf(chat.messages, chat.tools)) ??
    withoutTools(chat, story)
  );
}

function withoutTools(chat: Chat, story: Story): Answer {
  const text = answerThen(story);
  if (text !== null) return say(text);
  if (saysYes(story.text)) return say('Yes to what? I have nothing open that waits for your answer.');
  if (saysNo(story.text)) return say('All right. Nothing was changed.');
  const lead = leadWord(story.text);
  if (/^(?:delete|remove|erase|destroy|drop)$/.test(lead) && chat.tools.length > 0) {
    return say(`None of the tools that I have here can ${lead} anything, so nothing was changed.`);
  }
  return searchForName(chat, story) ?? say(fallBack(story.text, chat.tools));
}

/** A few words that say nothing but a name are searched for; search mode searches for anything. */
function searchForName(chat: Chat, story: Story): Answer | null {
  const tool = chat.tools.find((candidate) => /^search_items?$/.test(candidate.name));
  if (tool === undefined) return searchLists(chat, story);
  const writes = chat.tools.some((candidate) => /^create_/.test(candidate.name));
  const short = story.text.trim().split(/\s+/).length <= 4 && !/[?]\s*$/.test(story.text);
  if (leftover(story.text) === '' || (writes && !short)) return null;
  const choices = chooseTools('find items', [tool], { hasFocus: false });
  return choices.length === 0 ? null : followChoices(chat, story, story.text, choices);
}

/** Where things stand in several lists, a name is looked for in those that a search would begin with. */
function searchLists(chat: Chat, story: Story): Answer | null {
  const words = story.text.trim();
  if (
    leftover(words) === '' ||
    /^(?:say|write|explain)$/.test(leadWord(words)) ||
    words.split(/\s+/).length > 4 ||
    /[?]\s*$/.test(words)
  )
    return null;
  const choices = chat.tools
    .filter(({ name }) => /^(?:search_projects|list_(?:shows|crew|vendors))$/.test(name))
    .map((tool): Choice => ({ tool, intent: { id: 'search', tool: /^/, words: /^/, about: 'nothing' } }));
  return choices.length === 0 ? null : followChoices(chat, story, story.text, choices);
}
