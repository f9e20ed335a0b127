// Long answers put together from fixed sentences, so that people can try stop, reload and a second tab.
import { capitalised } from './words.ts';

const MAX_COUNT = 2000;
const CHAPTERS = 8;

/** "count to 200", "count from 10 down to 1". Null when nothing is to be counted. */
export function count(text: string): string | null {
  const asked = /\bcount\b.*?(?:from\s+(\d+)\s+)?(?:up\s+|down\s+)?to\s+(\d+)/i.exec(text);
  if (asked === null) return null;
  const from = Number(asked[1] ?? 1);
  const to = Number(asked[2]);
  const length = Math.min(Math.abs(to - from) + 1, MAX_COUNT);
  const step = to >= from ? 1 : -1;
  const numbers = Array.from({ length }, (_, index) => from + index * step);
  const rows: string[] = [];
  for (let at = 0; at < numbers.length; at += 10) rows.push(numbers.slice(at, at + 10).join(', '));
  const rest = length < Math.abs(to - from) + 1 ? `\n\nI stop here: I count at most ${MAX_COUNT} numbers.` : '';
  return `${rows.join(',\n')}.${rest}`;
}

const OPENINGS = [
  'It began on a quiet morning, when nobody expected anything of {topic}.',
  'Word had spread through the workshop overnight.',
  'By noon the drawing on the wall had changed twice.',
  'The second week brought rain, and with it a visitor.',
  'What came next was in no plan.',
  'In the evening they tried it for the first time.',
  'The report was short, as good reports are.',
  'Years later people still told it in the same order.',
];
const MIDDLES = [
  'Mara, who had built three machines like it, laid her tools on the bench in the order in which she would need them.',
  'Somebody asked whether it could be done at all, and somebody else was already doing it.',
  'Every part had a number, every number had a reason, and one reason was wrong.',
  'They wrote down what they knew, crossed out what they only believed, and found that the page was still half full.',
  'Jonas turned the handle slowly, listened, and turned it back.',
  'There was a sound like a coin falling into a jar, and then there was none.',
  'The smallest bolt turned out to hold the largest argument.',
  'Nobody had told the apprentice that it was impossible, which saved a good deal of time.',
  'At the third attempt the light stayed green for a whole minute.',
  'The old foreman said nothing, poured coffee for everyone, and moved his chair closer.',
  'A list was made, then a shorter one, and the shorter one was pinned to the door.',
  'For a while the only thing that moved was the dust in the window.',
];
const CLOSINGS = [
  'And so {topic} stayed where it was, for one more night.',
  'That was enough for a day.',
  'They agreed to meet again at seven.',
  'The rest could wait, and did.',
];

/** About a thousand words in chapters on the topic that the text names. */
export function longText(text: string): string {
  const topic = topicOf(text);
  const chapters = Array.from({ length: CHAPTERS }, (_, chapter) => {
    const body = Array.from(
      { length: 7 },
      (_unused, line) => MIDDLES[(chapter * 5 + line * (1 + (chapter % 3))) % MIDDLES.length],
    );
    const first = OPENINGS[chapter % OPENINGS.length] ?? '';
    const last = CLOSINGS[chapter % CLOSINGS.length] ?? '';
    return `## ${chapter + 1}. ${['The bench', 'Word gets round', 'The drawing', 'A visitor', 'Off the plan', 'First light', 'The report', 'Afterwards'][chapter]}\n\n${first} ${body.join(' ')}\n\n${last}`;
  });
  const note = '*I am the demo model: this text is put together from fixed sentences, not written by an AI.*';
  return `# ${capitalised(topic)}\n\n${chapters.join('\n\n')}\n\n${note}`.replaceAll('{topic}', topic);
}

export function wantsLongText(text: string): boolean {
  return (
    /\b(?:story|tale|novel|fairy tale)\b/i.test(text) ||
    /\b(?:long|lengthy|detailed|1000[- ]word|thousand[- ]word)\s+(?:\w+\s+)?(?:answer|essay|text|article|report|reply|explanation|post)\b/i.test(
      text,
    ) ||
    /\b(?:write|draft|compose)\b.*\b(?:essay|article|chapter|paragraphs)\b/i.test(text) ||
    /\b\d{3,} words\b/i.test(text)
  );
}

function topicOf(text: string): string {
  const about = /\b(?:about|on|of)\s+(.+?)[.!?]*$/is.exec(text)?.[1]?.trim();
  return about === undefined || about === '' || about.length > 80 ? 'the machine' : about.replace(/[*_#`<>[\]|]/g, '');
}
