// What has to be looked up before a call can be made: ids of items, and the design or project it is scoped to.
import type { DemoTool, PlannedCall } from './chat.ts';
import type { Choice } from './choose-tools.ts';
import { type Entity, findEntities } from './entities.ts';
import { takesNumber } from './fill-arguments.ts';
import type { Filling } from './filling.ts';
import { findPlace, placeNeeds } from './places.ts';
import { ASK_ITEM, askPlace, askWhich } from './questions.ts';
import { reportSteps } from './report.ts';
import { readParameters } from './schema.ts';
import type { Setting } from './setting.ts';
import type { Step, Story } from './story.ts';
import { type Subject, sameName } from './subjects.ts';

/** What is wanted, the calls that may lead to it, or what to say because nothing will. */
export type Found<T> =
  | { readonly kind: 'found'; readonly value: T }
  | { readonly kind: 'calls'; readonly calls: readonly PlannedCall[] }
  | { readonly kind: 'say'; readonly text: string };

export type Planning = {
  readonly choice: Choice;
  readonly tools: readonly DemoTool[];
  readonly story: Story;
  readonly text: string;
  readonly setting: Setting;
};

/** Items with their ids, as far as the tool needs them. */
export function findItems(planning: Planning, subjects: readonly Subject[]): Found<readonly Entity[]> {
  const { choice, story, tools } = planning;
  const search = tools.find((tool) => /^search_items?$/.test(tool.name));
  const found: Entity[] = [];
  const calls: PlannedCall[] = [];
  for (const subject of subjects) {
    const query = subject.kind === 'sought' ? subject.query : (subject.entity.number ?? '');
    if (subject.kind === 'known' && (subject.entity.id !== null || search === undefined || goesByNumber(choice.tool))) {
      found.push(subject.entity);
      continue;
    }
    if (search === undefined) return { kind: 'say', text: ASK_ITEM };
    const step = story.steps.find((done) => done.call.name === search.name && done.call.args.query === query);
    if (step === undefined) {
      calls.push({ name: search.name, args: { query } });
      continue;
    }
    const picked = pick(step, subject, query);
    if (picked.kind !== 'found') return picked;
    found.push(picked.value);
  }
  return calls.length > 0 ? { kind: 'calls', calls } : { kind: 'found', value: found };
}

/** A tool that takes item numbers wherever it wants an item needs no search before. */
function goesByNumber(tool: DemoTool): boolean {
  const parameters = readParameters(tool);
  const ids = parameters.filter((parameter) => /^(?:id|\w*[iI]temIds?|changeOrderId)$/.test(parameter.name));
  if (ids.some((parameter) => parameter.required && !takesNumber(parameter))) return false;
  return parameters.some((parameter) => parameter.name === 'itemNumber') || (ids.length > 0 && ids.every(takesNumber));
}

function pick(step: Step, subject: Subject, query: string): Found<Entity> {
  if (step.outcome.kind !== 'value') return { kind: 'say', text: reportSteps([step], query) };
  const candidates = findEntities(step.call.name, step.outcome.value).filter((entity) => entity.kind === 'item');
  const [first] = candidates;
  const exact = candidates.find(
    (entity) => entity.number?.toUpperCase() === query.toUpperCase() || sameName(entity, query),
  );
  if (exact !== undefined) return { kind: 'found', value: exact };
  if (first === undefined || subject.kind === 'known') {
    return {
      kind: 'say',
      text: `I found no item for “${query}”. It may not exist, or you may not be allowed to see it.`,
    };
  }
  return candidates.length === 1 ? { kind: 'found', value: first } : { kind: 'say', text: askWhich(query, candidates) };
}

export function findPlaces(planning: Planning): Found<Filling['places']> {
  const { choice, story, text } = planning;
  const places: { [kind: string]: Entity | null } = {};
  for (const need of placeNeeds(choice.tool, choice.intent.id, text)) {
    const place = findPlace({ need, text, story, setting: planning.setting, tools: planning.tools });
    if (place.outcome === 'look-up') {
      const args = place.query === '' ? {} : { query: place.query };
      return { kind: 'calls', calls: [{ name: place.tool.name, args }] };
    }
    if (place.outcome === 'ask') return { kind: 'say', text: askPlace(need.kind, place.candidates, place.query) };
    places[need.kind] = place.entity;
  }
  return { kind: 'found', value: places };
}
