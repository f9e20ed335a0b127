// Samples of what markdown can show, for words that ask for a table, a list, code, or all of it.

const CODE_BY_LANGUAGE: Readonly<Record<string, readonly [string, string]>> = {
  python: [
    'python',
    'def greet(name: str) -> str:\n    """Say hello."""\n    return f"Hello, {name}!"\n\n\nprint(greet("world"))',
  ],
  sql: [
    'sql',
    "select item_number, name, state\nfrom items\nwhere state = 'Released'\norder by item_number\nlimit 10;",
  ],
  bash: ['bash', 'for file in *.step; do\n  echo "checking $file"\ndone'],
  json: ['json', '{\n  "itemNumber": "PN-000001",\n  "name": "Bracket",\n  "quantity": 4\n}'],
  rust: [
    'rust',
    'fn main() {\n    let names = ["Ada", "Grace"];\n    for name in names {\n        println!("Hello, {name}!");\n    }\n}',
  ],
  typescript: [
    'typescript',
    "type Part = { number: string; weightKg: number };\n\nfunction totalWeight(parts: readonly Part[]): number {\n  return parts.reduce((sum, part) => sum + part.weightKg, 0);\n}\n\nconsole.log(totalWeight([{ number: 'PN-000001', weightKg: 1.2 }]));",
  ],
};

const TABLE = `| Step | What happens | Where |
| :--- | :--- | ---: |
| 1 | You send a message | browser |
| 2 | The request is checked | edge |
| 3 | The answer streams back | conversation |
| 4 | Tokens and cost are noted | database |`;

const LIST = `1. Say what you want in a sentence.
2. Name things by their number when you know it.
   - \`PN-000001\` for a part
   - \`ECO-000001\` for a change order
3. Ask further: "it" means what was spoken of last.

- [x] Streams word by word
- [x] Follows the conversation
- [ ] Understands the world: no, this is a demo model`;

/** Null when the words ask for no sample. */
export function sampleFor(text: string): string | null {
  const words = text.toLowerCase();
  if (/\bmarkdown\b|\bgfm\b|\bformatting\b/.test(words)) return everything();
  const asksCode = /\b(?:code|snippet|function|script|program in|example in|hello world|query)\b/.test(words);
  if (asksCode && /\b(?:write|show|give|example|sample|need|make|create)\b/.test(words)) return code(words);
  if (/\btable\b/.test(words)) return `A table, as a sample of how tables look:\n\n${TABLE}\n\n${NOTE}`;
  if (
    /\b(?:bullet|bulleted|numbered|to-?do|check)?\s?lists?\b/.test(words) &&
    /\b(?:make|write|give|show|create|as|a)\b/.test(words)
  ) {
    return `A list, as a sample of how lists look:\n\n${LIST}\n\n${NOTE}`;
  }
  return null;
}

const NOTE = '*I am the demo model, so the content is fixed; a real model would write about your topic.*';

function code(words: string): string {
  const language = Object.keys(CODE_BY_LANGUAGE).find((name) => words.includes(name)) ?? 'typescript';
  const [fence, lines] = CODE_BY_LANGUAGE[language] ?? ['text', ''];
  return `A small sample in ${language}:\n\n\`\`\`${fence}\n${lines}\n\`\`\`\n\n${NOTE}`;
}

function everything(): string {
  return `# Markdown sample

Text may be **bold**, *italic*, ~~struck out~~, \`code\`, or a [link](https://commonmark.org).

> A quotation stands for itself.

## A table

${TABLE}

## A list

${LIST}

## Code

\`\`\`typescript
const answer: number = 6 * 7;
\`\`\`

---

${NOTE}`;
}
