// Small talk and general requests that need no tool. Honest throughout: it never claims to know or to think.
import { findSum, numberText } from './arithmetic.ts';
import type { Chat, DemoTool } from './chat.ts';
import { count, longText, wantsLongText } from './long-text.ts';
import { recall, recallProperty } from './recall.ts';
import { sampleFor } from './samples.ts';
import type { Story } from './story.ts';
import { spaced, stripPoliteness } from './words.ts';

const WHO =
  /\b(?:who|what) are you\b|\bare you (?:an? )?(?:ai|real|human|bot|robot|llm|chatgpt|claude|gpt|person|language model|machine)\b|\bwhat model\b|\bwhich model\b|\byour name\b|\bwho (?:made|built|created) you\b/i;
const HELP =
  /^(?:help|\?)[\s!.?]*$|\bwhat can (?:you|i) (?:do|ask)\b|\bhow (?:can|do) (?:you|i) (?:help|use|start)|\bwhat do you do\b|\byour (?:abilities|capabilities|tools)\b|\bhelp me\s*[.!?]*$/i;
const GREETING =
  /^(?:hi|hello|hey|hiya|good (?:morning|afternoon|evening|day)|greetings|servus|hallo|moin|bonjour|hola|ciao)\b(?:\s+(?:there|all|everyone|again|you|demo|groundwire|assistant))?[\s!.,?👋]*$/iu;
const THANKS =
  /^(?:thanks|thank you|thx|cheers|many thanks|great|perfect|nice|cool|awesome|well done|good job|wonderful)\b[^?]{0,40}$/i;
const BYE = /^(?:bye|goodbye|see you|good night|ciao|that'?s all|that is all)\b[^?]{0,20}$/i;
const HOW_ARE_YOU = /\bhow are you\b|\bhow do you do\b|\bhow's it going\b/i;

/** What is answered before any tool is thought of; null when it is nothing of the kind. */
export function answerFirst(chat: Chat, story: Story): string | null {
  const { text } = story;
  if (WHO.test(text)) return whoIAm(chat.tools);
  if (HELP.test(text)) return whatICanDo(chat.tools);
  if (GREETING.test(text))
    return `Hello! I am the demo model: no AI, but happy to show you around. ${invitation(chat.tools)}`;
  if (HOW_ARE_YOU.test(text)) return `As well as a demo model can be, thank you. ${invitation(chat.tools)}`;
  if (THANKS.test(text)) return 'You are welcome.';
  if (BYE.test(text)) return 'Goodbye. This conversation stays here for when you come back.';
  const counted = count(text);
  if (counted !== null) return counted;
  const sum = /^(?:what(?:'s| is)|how much is|calculate|compute|and|solve)?\s*[-(]?\s*\d/i.test(stripPoliteness(text))
    ? findSum(text)
    : null;
  if (sum !== null) return `${sum.sum} = **${numberText(sum.value)}**`.replaceAll(' * ', ' × ');
  return recall(story);
}

/** What is answered when no tool fits: texts, samples, what is remembered; null when nothing fits. */
export function answerThen(story: Story): string | null {
  const { text } = story;
  const known = recallProperty(story);
  if (known !== null) return known;
  if (wantsLongText(text)) return longText(text);
  const sum = findSum(text);
  if (sum !== null) return `${sum.sum} = **${numberText(sum.value)}**`.replaceAll(' * ', ' × ');
  return summary(text) ?? sampleFor(text);
}

function whoIAm(tools: readonly DemoTool[]): string {
  return `I am the **demo model** of the local stack. I am not an AI: no language model is behind me, and I understand nothing.
I match your words to ${tools.length > 0 ? 'the tools that I am given' : 'a few fixed answers'} and speak the same wire as a hosted model, at about the same pace.

Set \`ANTHROPIC_API_KEY\` or \`OPENAI_API_KEY\` and start again, and a real model answers instead of me.`;
}

function whatICanDo(tools: readonly DemoTool[]): string {
  const named = tools.map((tool) => `- \`${tool.name}\`: ${firstSentence(tool.description) || spaced(tool.name)}`);
  const withTools = `I am the demo model, not an AI, but I can call these tools for you:\n\n${named.join('\n')}\n\n`;
  const examples = [
    '- `count to 200`, or `write a long story about a bridge`: long answers, to try stop and reload',
    '- `17 * 23`: small sums',
    '- `show me a table`, `show me code`, `show me markdown`: samples',
    '- `my name is …`, later `what is my name?`, `what did I ask before?`: I follow the conversation',
  ];
  return `${tools.length > 0 ? withTools : 'I am the demo model, not an AI. '}You can try:\n\n${examples.join('\n')}`;
}

function invitation(tools: readonly DemoTool[]): string {
  return tools.length > 0
    ? 'Ask me about your data, or say `help` to see what I can do.'
    : 'Say `help` to see what I can do.';
}

/** "Summarise: …" keeps the first sentence of each paragraph: a cut, not an understanding. */
function summary(text: string): string | null {
  const body = /\b(?:summari[sz]e|tl;?dr|shorten|sum up)\b[^:\n]{0,40}[:\n]\s*(.+)/is.exec(text)?.[1]?.trim();
  if (body === undefined || body === '') return null;
  const sentences = body.split(/\n+/).flatMap((paragraph) => paragraph.match(/[^.!?]+[.!?]?/) ?? []);
  const lines = sentences.slice(0, 6).map((sentence) => `- ${sentence.trim()}`);
  return `The first sentence of each paragraph, which is as near to a summary as a demo model comes:\n\n${lines.join('\n')}`;
}

function firstSentence(text: string): string {
  return /^[^.\n]*/.exec(text)?.[0]?.trim().slice(0, 120) ?? '';
}
