// Answers without data: greetings, help, counting and sums for trying out streaming, and earlier messages of this
// conversation. It says that it is not an AI wherever a user could think so.
import { CONNECT } from './report.ts';
import type { Situation } from './story.ts';
import type { DemoMessage, DemoTool } from './wires/wire.ts';
import { cell, inline, spaced, stripPoliteness } from './words.ts';

const WHO =
  /\b(?:who|what) are you\b|\bare you (?:an? )?(?:ai|real|human|bot|robot|llm|chatgpt|claude|gpt|person|language model|machine)\b|\b(?:what|which) model\b|\byour name\b|\bwho (?:made|built|created) you\b/i;
const HELP =
  /^(?:help|\?)[\s!.?]*$|\bwhat can (?:you|i) (?:do|ask)\b|\bhow (?:can|do) (?:you|i) (?:help|use|start)|\bwhat do you do\b|\byour (?:abilities|capabilities|tools)\b|\bhelp me\s*[.!?]*$/i;
const CONNECTING =
  /\b(?:connect|use|add|switch|set up|configure|real)\b.*\b(?:real (?:model|ai)|ollama|api key|provider|claude|gpt)\b/i;
const GREETING =
  /^(?:hi|hello|hey|hiya|good (?:morning|afternoon|evening|day)|greetings|servus|hallo|moin|bonjour|hola|ciao)\b(?:\s+(?:there|all|everyone|again|you|demo|groundwire|assistant))?[\s!.,?👋]*$/iu;
const THANKS =
  /^(?:thanks|thank you|thx|cheers|many thanks|great|perfect|nice|cool|awesome|well done|good job)\b[^?]{0,40}$/i;
const BYE = /^(?:bye|goodbye|see you|good night|that'?s all|that is all)\b[^?]{0,20}$/i;
const MAX_COUNT = 2000;

export function smallTalk({ chat, story }: Situation): string | null {
  const { text, before } = story;
  const invitation = `${chat.tools.length > 0 ? 'Ask me about your data, or say' : 'Say'} \`help\` to see what I can do.`;
  if (WHO.test(text))
    return `I am the **demo model**. I am not an AI: there is no language model behind me, and I understand nothing. I match your words to ${chat.tools.length > 0 ? 'the tools that I am given' : 'a few fixed answers'}.\n\n${CONNECT}`;
  if (CONNECTING.test(text)) return CONNECT;
  if (HELP.test(text)) return help(chat.tools);
  if (GREETING.test(text)) return `Hello! I am the demo model: no AI, but happy to show you around. ${invitation}`;
  if (/\bhow are you\b/i.test(text)) return `I am the demo model, not an AI, so I am always the same. ${invitation}`;
  if (THANKS.test(text)) return 'You are welcome.';
  if (BYE.test(text)) return 'Goodbye. This conversation will be here when you come back.';
  return count(text) ?? sum(text) ?? recall(text, before) ?? sample(text);
}

function help(tools: readonly DemoTool[]): string {
  const named = tools.map(
    ({ name, description }) => `- \`${name}\`: ${/^[^.\n]*/.exec(description)?.[0]?.slice(0, 120) || spaced(name)}`,
  );
  const withTools = tools.length === 0 ? '' : `I can call these tools for you:\n\n${named.join('\n')}\n\n`;
  return `I am the demo model, not an AI. ${withTools}You can also try \`count to 200\` (a long answer, to stop or reload), \`17 * 23\`, \`show me a Markdown sample\`, or \`what did I ask before?\`.\n\n${CONNECT}`;
}

/** "count to 200", "count from 10 down to 1". */
function count(text: string): string | null {
  const asked = /\bcount\b.*?(?:from\s+(\d+)\s+)?(?:up\s+|down\s+)?to\s+(\d+)/i.exec(text);
  if (asked === null) return null;
  const [from, to] = [Number(asked[1] ?? 1), Number(asked[2])];
  const length = Math.min(Math.abs(to - from) + 1, MAX_COUNT);
  const numbers = Array.from({ length }, (_, index) => from + index * (to >= from ? 1 : -1));
  const rows: string[] = [];
  for (let at = 0; at < length; at += 10) rows.push(numbers.slice(at, at + 10).join(', '));
  const rest = length <= Math.abs(to - from) ? `\n\nI stop here: I count at most ${MAX_COUNT} numbers.` : '';
  return `${rows.join(',\n')}.${rest}`;
}

/** One operation on two numbers, if the question contains nothing else. */
function sum(text: string): string | null {
  const asked =
    /^(?:what(?:'s| is)|how much is|calculate|compute)?\s*(-?\d[\d,]*(?:\.\d+)?)\s*([-+*/x×÷]|plus|minus|times|divided by)\s*(-?\d[\d,]*(?:\.\d+)?)\s*[=?.!]*$/i.exec(
      stripPoliteness(text),
    );
  const [, left = '', sign = '', right = ''] = asked ?? [];
  if (asked === null || /^\d{4}-\d{2}$/.test(`${left}${sign}${right}`)) return null;
  const [a, b] = [Number(left.replaceAll(',', '')), Number(right.replaceAll(',', ''))];
  if (/^(?:\+|plus)$/i.test(sign)) return `${a} + ${b} = **${round(a + b)}**`;
  if (/^(?:-|minus)$/i.test(sign)) return `${a} - ${b} = **${round(a - b)}**`;
  if (/^(?:\/|÷|divided by)$/i.test(sign))
    return b === 0 ? 'Nothing can be divided by 0.' : `${a} / ${b} = **${round(a / b)}**`;
  return `${a} × ${b} = **${round(a * b)}**`;
}

const round = (value: number): number => Number(value.toPrecision(12));

const RECALLS =
  /\bwhat (?:did|have) i (?:just )?(?:ask|say|said|asked|want|wrote|write)|\bmy (?:first|last|previous) (?:question|message)|\bwhat (?:were we|have we been|are we) (?:talking|speaking)|\b(?:summari[sz]e|recap) (?:this|our|the) (?:conversation|chat|session)|\bwhat was the question\b/i;

function recall(text: string, before: readonly DemoMessage[]): string | null {
  const said = before.flatMap((message) => (message.role === 'user' ? [message.text] : []));
  const newName = nameIn(text);
  if (newName !== null && !/\?\s*$/.test(text)) return `Nice to meet you, ${newName}.`;
  if (/\bwhat(?:'s| is)\b.*\bmy name\b|\bwho am i\b/i.test(text)) {
    const name = said.map(nameIn).findLast((one) => one !== null) ?? null;
    return name === null
      ? 'You have not told me your name in this conversation.'
      : `You told me that your name is ${name}.`;
  }
  if (!RECALLS.test(text)) return null;
  const [first] = said;
  if (first === undefined) return 'This is the first thing that you asked me in this conversation.';
  if (/\bfirst\b/i.test(text)) return `The first thing that you wrote was: ${quoted(first)}`;
  if (!/\b(?:summari[sz]e|recap|talking|speaking)\b/i.test(text))
    return `Just before this you wrote: ${quoted(said.at(-1) ?? first)}`;
  return `So far you wrote:\n\n${said
    .slice(-10)
    .map((one, index) => `${index + 1}. ${quoted(one)}`)
    .join('\n')}`;
}

const nameIn = (text: string): string | null =>
  /\b(?:[Mm]y name is|[Ii] am called|[Cc]all me)\s+(\p{Lu}[\p{L}'-]*(?:\s\p{Lu}[\p{L}'-]*)?)/u.exec(text)?.[1] ?? null;

const quoted = (text: string): string => `“${inline(text.length > 160 ? `${text.slice(0, 157)}…` : text)}”`;

const sample = (text: string): string | null =>
  /\b(?:markdown|formatting)\b|\bsample (?:table|code|list)\b/i.test(text) ? SAMPLE : null;

const SAMPLE = `## A Markdown sample

Text may be **bold**, *italic*, ~~struck out~~, \`code\`, or a [link](https://commonmark.org).

| Step | What happens | Where |
| :--- | :--- | ---: |
| 1 | You send a message | browser |
| 2 | The answer streams back | conversation |

1. Say what you want in a sentence.
   - \`PN-000001\` names a part.

\`\`\`typescript
const answer: number = 6 * 7;
\`\`\`

> *I am the demo model, so this text is fixed.*`;

/** The honest answer when nothing else fits. */
export function fallBack(text: string, tools: readonly DemoTool[]): string {
  const asked = text.replace(/\s+/g, ' ').trim();
  const has = (name: string) => tools.some((tool) => tool.name === name);
  const examples = EXAMPLES.filter(([name]) => name === '' || has(name)).map(
    ([, what, example]) => `| ${what} | ${example} |`,
  );
  return `I can't answer this: “${cell(asked.length > 280 ? `${asked.slice(0, 277)}…` : asked) || '…'}”

I am the demo model, not an AI. I only match words to ${tools.length > 0 ? `the ${tools.length} tools that I have here` : 'fixed answers'}. These work:

| What | For example |
| --- | --- |
${examples.slice(0, 8).join('\n')}

${CONNECT}`;
}

const EXAMPLES: readonly (readonly [tool: string, what: string, example: string])[] = [
  ['search_items', 'Lists of items', 'Which change orders are in review?'],
  ['get_item_details', 'One item', 'How heavy is PN-000059?'],
  ['get_bom', 'Structure', 'Show the BOM of PN-000059'],
  ['create_item', 'Changes', 'Create a new part called Cable clip'],
  ['list_shows', 'Shows', 'What shows are coming up?'],
  ['list_crew', 'Crew', 'Who is on the crew for the Denver show?'],
  ['list_vendors', 'Vendors', 'Which vendors have expired insurance?'],
  ['list_deliverables', 'Deliverables', 'Deliverables due this week'],
  ['get_schedule', 'Schedule', 'What is on the critical path of the festival?'],
  ['', 'A long answer, to stop or reload', 'Count to 200'],
  ['', 'All that I can do', 'help'],
];
