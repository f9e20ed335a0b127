// Makes a card show every argument that runs (R30). A tool's card shows arguments in the words of its domain and says which
// ones; any argument that it leaves out is added as it is, so that forgetting one can't hide it.
import type { Json } from '../canonical-json.ts';
import type { CardContent } from '../contracts/approval.ts';
import type { ProposedCard } from './tool.ts';

/** @param input the validated arguments, defaults filled in */
export function completeCard(card: ProposedCard, input: Json): CardContent {
  const shown = new Set(card.details.flatMap(({ shows = [] }) => shows));
  const missing = Object.entries(input ?? {}).filter(([name, value]) => !shown.has(name) && !isEmpty(value));
  return {
    ...card,
    details: [
      ...card.details.map(({ shows: _shows, ...detail }) => detail),
      ...missing.map(([name, value]) => ({ label: argumentLabel(name), value: textOf(value) })),
    ],
  };
}

/** "partType" → "Part type" */
export function argumentLabel(name: string): string {
  const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

const isEmpty = (value: Json | undefined): boolean =>
  value === undefined || (Array.isArray(value) && value.length === 0);

const textOf = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));
