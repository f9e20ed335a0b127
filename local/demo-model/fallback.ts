// The honest answer when nothing else fits: says what it is, and gives the question back in a useful order.
import type { DemoTool } from './chat.ts';
import { cell } from './report-lists.ts';
import { leftover } from './subjects.ts';
import { countTokens } from './tokens.ts';
import { capitalised, findItemNumbers, leadWord } from './words.ts';

export function fallBack(text: string, tools: readonly DemoTool[]): string {
  const asked = text.replace(/\s+/g, ' ').trim();
  const short = asked.length > 280 ? `${asked.slice(0, 277)}…` : asked;
  const rows = [
    ['Kind', kindOf(asked)],
    ['Keywords', keywordsOf(asked)],
    ['Items named', findItemNumbers(asked).join(', ') || 'none'],
    ['Length', `${asked.split(' ').length} words, about ${countTokens(asked)} tokens`],
  ].map(([name, value]) => `| ${name} | ${cell(value ?? '')} |`);
  const next =
    tools.length > 0
      ? `None of the ${tools.length} tools that I have here fits these words. Say \`help\` to see them.`
      : 'A real model would answer this. Say `help` to see what I can do.';
  return `I am the demo model, not an AI, so I cannot answer this from knowledge. This is what I read:

> ${cell(short) || '(nothing)'}

| What | Found |
| --- | --- |
${rows.join('\n')}

${next}`;
}

function kindOf(text: string): string {
  if (
    /\?\s*$/.test(text) ||
    /^(?:who|what|when|where|why|how|which|is|are|do|does|can|could|will|should)\b/i.test(text)
  )
    return 'a question';
  const lead = leadWord(text);
  return /^(?:write|make|create|draft|translate|explain|give|tell|show|list|compare|find)$/.test(lead)
    ? `a request to ${lead}`
    : 'a statement';
}

function keywordsOf(text: string): string {
  const words = leftover(text)
    .split(' ')
    .filter((word) => word.length > 3);
  return capitalised([...new Set(words)].slice(0, 6).join(', ')) || 'none';
}
