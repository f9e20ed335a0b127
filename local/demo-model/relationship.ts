// Which item is the parent and which the child of a relationship, and of what type it is.
import type { Entity } from './entities.ts';
import { changeOrderOf, type Filling } from './filling.ts';
import { readChoice } from './values.ts';
import { leadWord, withoutMentions } from './words.ts';

type Ends = { readonly source: Entity | undefined; readonly target: Entity | undefined };

/** "add A to B" puts A under B; "link B with A" names the parent first. Documents and orders know their end. */
export function relationshipEnds(filling: Filling): Ends {
  const items = linkedItems(filling);
  const [first, second] = items;
  const order = items.find((item) => item.type === 'ChangeOrder');
  if (order !== undefined) return { source: order, target: items.find((item) => item !== order) };
  const document = items.find((item) => item.type === 'Document');
  if (document !== undefined) return { source: items.find((item) => item !== document), target: document };
  const into =
    /\b(?:to|into|under|in|inside|below|on)\b/i.test(filling.text) &&
    !/^(?:link|connect|relate)$/.test(leadWord(filling.text));
  return into ? { source: second, target: first } : { source: first, target: second };
}

export function relationshipType(filling: Filling, choices: readonly string[]): string | undefined {
  const said = readChoice(withoutMentions(filling.text), choices);
  if (said !== null && said !== 'Document') return said;
  const types = linkedItems(filling).map((item) => item.type);
  const type = types.includes('ChangeOrder') ? 'Affects' : types.includes('Document') ? 'Document' : 'BOM';
  return choices.includes(type) ? type : undefined;
}

function linkedItems(filling: Filling): readonly Entity[] {
  const under = changeOrderOf(filling);
  const rest = filling.items.filter((item) => item !== under);
  return rest.length >= 2 ? rest : filling.items;
}
