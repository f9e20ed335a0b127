// Offers the way to the one thing that a result was about, where the request carries a tool for it.
import { type Chat, isJsonObject, type PlannedCall } from './chat.ts';
import { type Entity, findEntities } from './entities.ts';
import { readParameters } from './schema.ts';
import type { Step, Story } from './story.ts';
import { capitalised } from './words.ts';

const TABS: Readonly<Record<string, string>> = {
  get_bom: 'bom',
  get_where_used: 'relationships',
  analyze_change_impact: 'relationships',
  get_schedule: 'schedule',
  list_shows: 'shows',
  list_crew: 'crew',
  list_vendors: 'vendors',
  list_rfps: 'rfps',
  list_incidents: 'incidents',
  list_deliverables: 'deliverables',
};

/** Null when there is nothing to go to, no way to offer it, or it was offered in this turn. */
export function planOffer(chat: Chat, story: Story, done: readonly Step[]): PlannedCall | null {
  const tool = chat.tools.find((candidate) => candidate.name === 'offer_navigation');
  if (tool === undefined || story.steps.some((step) => step.call.name === tool.name)) return null;
  const step = done.findLast((one) => one.outcome.kind === 'value');
  // Several of one kind were asked for: no button is better than one for the last.
  if (done.filter((one) => one.call.name === step?.call.name).length > 1) return null;
  const entity = step === undefined ? null : discussed(step, story);
  if (step === undefined || entity === null || entity.id === null) return null;
  const known: Readonly<Record<string, string | null | undefined>> = {
    itemId: entity.id,
    itemNumber: entity.number ?? entity.name,
    itemType: entity.kind === 'item' ? (entity.type ?? 'Part') : capitalised(entity.kind),
    tab: TABS[step.call.name],
  };
  const args = readParameters(tool).flatMap((parameter): [string, string][] => {
    const value = known[parameter.name] ?? null;
    const allowed = value !== null && (parameter.choices.length === 0 || parameter.choices.includes(value));
    return allowed ? [[parameter.name, value]] : [];
  });
  const whole = readParameters(tool).every(({ name, required }) => !required || args.some(([own]) => own === name));
  return whole ? { name: tool.name, args: Object.fromEntries(args) } : null;
}

/** The one thing that the result is about; null for a list of several. */
function discussed(step: Step, story: Story): Entity | null {
  if (step.outcome.kind !== 'value' || /^(?:initiate|offer)_/.test(step.call.name)) return null;
  const asked = step.call.args.itemId ?? step.call.args.id;
  const known = story.entities.find((entity) => entity.id !== null && entity.id === asked);
  if (known !== undefined) return known;
  const { value } = step.outcome;
  const entities = findEntities(step.call.name, value);
  const total = isJsonObject(value) && typeof value.total === 'number' ? value.total : entities.length;
  const list = /^(?:search|list)_/.test(step.call.name);
  // A list of something of one place is about the place.
  const scope = isJsonObject(value) && list && total > 1 ? (value.show ?? value.project) : null;
  const kind = isJsonObject(value) && value.show === scope ? 'list_shows' : 'search_projects';
  if (isJsonObject(scope)) return findEntities(kind, scope)[0] ?? null;
  return list && (total !== 1 || entities.length !== 1) ? null : (entities[0] ?? null);
}
