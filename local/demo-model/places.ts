// Finds the design, program, project, … that a tool call is scoped to: named, in view, or spoken of before.
import type { DemoTool } from './chat.ts';
import { type Entity, findEntities } from './entities.ts';
import { takesNumber } from './fill-arguments.ts';
import { nameOfPlace } from './place-names.ts';
import { ASKS_OF_SOMEBODY } from './production-intents.ts';
import { type Parameter, readParameters } from './schema.ts';
import type { Setting } from './setting.ts';
import type { Step, Story } from './story.ts';
import { findCodes, findIds, spaced } from './words.ts';

type PlaceNeed = {
  /** `design`, `program`, `project`, `show`, … */
  readonly kind: string;
  readonly parameter: Parameter;
  /** The call makes no sense without it. */
  readonly needed: boolean;
};

type PlaceFound =
  | { readonly outcome: 'found'; readonly entity: Entity | null }
  | { readonly outcome: 'look-up'; readonly tool: DemoTool; readonly query: string }
  | { readonly outcome: 'ask'; readonly candidates: readonly Entity[]; readonly query: string };

type Finding = {
  readonly need: PlaceNeed;
  readonly text: string;
  readonly story: Story;
  readonly setting: Setting;
  readonly tools: readonly DemoTool[];
};

const NO_PLACE = /^(?:item|source|target|parent|child|sourceItem|targetItem|changeOrder|affectedItem)$/;

/** The scopes among a tool's arguments. Everything but a task is made in a design. */
export function placeNeeds(tool: DemoTool, intentId: string, text: string): readonly PlaceNeed[] {
  const task = /\btasks?\b/i.test(text.split(/\b(?:called|named|titled)\b/i)[0] ?? '');
  return readParameters(tool).flatMap((parameter): PlaceNeed[] => {
    const own = parameter.name === 'id' ? ownKind(tool) : null;
    const kind = own ?? /^([a-zA-Z]+?)Ids?$/.exec(parameter.name)?.[1] ?? null;
    if (kind === null || NO_PLACE.test(kind)) return [];
    if (kind === 'project' && !parameter.required && ASKS_OF_SOMEBODY.test(text)) return [];
    const home = intentId === 'create-item' && kind === 'design' && !task;
    return [{ kind, parameter, needed: parameter.required || home || own !== null }];
  });
}

/** `get_project {id}` is scoped to its own noun. */
function ownKind(tool: DemoTool): string | null {
  const noun = /^get_([a-z]+)$/.exec(tool.name)?.[1] ?? null;
  return noun === null || noun === 'item' ? null : noun;
}

export function findPlace(finding: Finding): PlaceFound {
  const { need, story, text } = finding;
  const named = nameOfPlace(need.kind, text);
  if (named !== null) return byName(finding, named);
  const pointed = new RegExp(
    `\\b(?:this|that|current|same|the) ${spaced(need.kind)}\\b|^(?:and|also|what about|its)\\b`,
    'i',
  );
  const scopes = need.kind === 'project' || need.kind === 'show';
  if (!need.needed && !pointed.test(text) && !(scopes && inViewOf(finding) !== null)) {
    return { outcome: 'found', entity: null };
  }
  const inView = inViewOf(finding);
  if (inView !== null) return byName(finding, inView);
  const spoken = lastSpokenOf(need.kind, story);
  if (spoken !== null || !need.needed) return { outcome: 'found', entity: spoken };
  return lookUp(finding, '');
}

function inViewOf({ need, setting }: Finding): string | null {
  const { designId, programId, projectId, showId } = setting;
  return { design: designId, program: programId, project: projectId, show: showId }[need.kind] ?? null;
}

function byName(finding: Finding, name: string): PlaceFound {
  const { need, story } = finding;
  const known = story.entities.findLast((entity) => isCalled(entity, need.kind, name));
  if (known !== undefined) return { outcome: 'found', entity: known };
  const isId = findIds(name).length > 0;
  const isCode = findCodes(name).length > 0 || /^[A-Z0-9]{2,}$/.test(name);
  if (isId || (isCode && takesNumber(need.parameter))) return { outcome: 'found', entity: bare(need.kind, name) };
  return lookUp(finding, name);
}

/** Asks the tool that searches such places; then, when it found nothing by the name, for all of them. */
function lookUp(finding: Finding, query: string): PlaceFound {
  const { need, story } = finding;
  const searches = new RegExp(`^(?:search|list)_${need.kind}s?$`, 'i');
  const tool = finding.tools.find((candidate) => searches.test(candidate.name));
  if (tool === undefined) return { outcome: 'found', entity: query === '' ? null : bare(need.kind, query) };
  const asked = story.steps.filter((step) => step.call.name === tool.name);
  const narrow = asked.find((step) => (step.call.args.query ?? '') === query);
  if (narrow === undefined) return { outcome: 'look-up', tool, query };
  const fitting = candidatesOf(narrow);
  const exact = fitting.find((entity) => isCalled(entity, need.kind, query));
  const found = exact ?? (fitting.length === 1 ? fitting[0] : undefined);
  if (found !== undefined) return { outcome: 'found', entity: found };
  if (fitting.length > 0 || query === '') return { outcome: 'ask', candidates: fitting, query };
  const wide = asked.find((step) => (step.call.args.query ?? '') === '');
  return wide === undefined
    ? { outcome: 'look-up', tool, query: '' }
    : { outcome: 'ask', candidates: candidatesOf(wide), query };
}

function candidatesOf(step: Step): readonly Entity[] {
  return step.outcome.kind === 'value' ? findEntities(step.call.name, step.outcome.value) : [];
}

/** The one that the conversation is about, if there is one only. */
function lastSpokenOf(kind: string, story: Story): Entity | null {
  if (story.focus?.kind === kind) return story.focus;
  const scoped = story.stepsBefore.findLast((step) => typeof step.call.args[`${kind}Id`] === 'string');
  const id = scoped?.call.args[`${kind}Id`];
  return story.entities.find((entity) => entity.kind === kind && (entity.id === id || entity.number === id)) ?? null;
}

function isCalled(entity: Entity, kind: string, name: string): boolean {
  const wanted = name.toLowerCase();
  return entity.kind === kind && [entity.id, entity.number, entity.name].some((own) => own?.toLowerCase() === wanted);
}

function bare(kind: string, idOrCode: string): Entity {
  const isId = findIds(idOrCode).length > 0;
  return { id: isId ? idOrCode : null, number: isId ? null : idOrCode, name: null, type: null, kind, fields: {} };
}
