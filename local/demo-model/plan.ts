// Plans the next step of a turn: what still has to be looked up, then the calls themselves, then the report.
import { type Answer, type Chat, call, type PlannedCall, say } from './chat.ts';
import { type Choice, chooseTools } from './choose-tools.ts';
import type { Entity } from './entities.ts';
import { itemByNumber } from './entities.ts';
import { fillArguments } from './fill-arguments.ts';
import { changeOrderOf, type Filling } from './filling.ts';
import { type Found, findItems, findPlaces, type Planning } from './look-ups.ts';
import { planOffer } from './offer.ts';
import { ASK_ITEM, askChange, askMissing } from './questions.ts';
import { reportSteps } from './report.ts';
import { readParameters } from './schema.ts';
import { readSetting } from './setting.ts';
import type { Step, Story } from './story.ts';
import { findSubjects, meansWhatIsInView, namedSubjects, type Subject } from './subjects.ts';

/** More calls than this in one turn and the demo model says what it has. */
const MAX_STEPS = 16;

/** Null when no tool fits the words. `text` is what the user wants, which may span several of their messages. */
export function planTurn(chat: Chat, story: Story, text: string): Answer | null {
  const choices = chooseTools(text, chat.tools, { hasFocus: story.focus !== null });
  return choices.length === 0 ? null : followChoices(chat, story, text, choices);
}

export function followChoices(chat: Chat, story: Story, text: string, choices: readonly Choice[]): Answer {
  const done = story.steps.filter((step) => choices.some((choice) => choice.tool.name === step.call.name));
  const asked = choices.every((choice) => done.some((step) => step.call.name === choice.tool.name));
  if (asked || story.steps.length >= MAX_STEPS) return conclude(chat, story, done, text);
  const setting = readSetting(chat.system);
  const planned = choices.map((choice) => planChoice({ choice, tools: chat.tools, story, text, setting }));
  const told = planned.find((one) => one.kind === 'say');
  if (told !== undefined) return say(told.text);
  const lookUps = planned.flatMap((one) => (one.kind === 'calls' ? one.calls : []));
  if (lookUps.length > 0) return call(...unique(lookUps));
  return call(...unique(planned.flatMap((one) => (one.kind === 'found' ? one.value : []))));
}

/** With results in hand: offers the way to the item where that can be done, then reports. */
export function conclude(chat: Chat, story: Story, done: readonly Step[], text: string): Answer {
  const offer = planOffer(chat, story, done);
  return offer === null ? say(reportSteps(done, text)) : call(offer);
}

/** The calls of one choice, or what has to be looked up or asked before. */
function planChoice(planning: Planning): Found<readonly PlannedCall[]> {
  const { choice, text } = planning;
  const subjects = subjectsOf(planning);
  if (choice.intent.about !== 'nothing' && subjects.length === 0) return { kind: 'say', text: ASK_ITEM };
  // What the words must say is asked for before anything is looked up.
  const draft = { tool: choice.tool, intent: choice.intent, text, items: knownOf(subjects), places: {} };
  const unsaid = askMissing(
    choice.tool.name,
    required(draft).filter(({ name }) => !/Ids?$|^id$/.test(name)),
    fillArguments(draft),
  );
  if (unsaid !== null) return { kind: 'say', text: unsaid };

  const items = findItems(planning, subjects);
  if (items.kind !== 'found') return items;
  const places = findPlaces(planning);
  if (places.kind !== 'found') return places;
  const filling = { ...draft, items: items.value, places: places.value };
  const calls = split(filling).map((one) => ({ name: choice.tool.name, args: fillArguments(one) }));
  for (const { args } of calls) {
    const missing = askMissing(choice.tool.name, required(filling), args) ?? nothingToChange(filling, args);
    if (missing !== null) return { kind: 'say', text: missing };
  }
  return { kind: 'found', value: calls };
}

/** The new value is no part of the item's name: "set the material of the motor to copper". */
function subjectsOf(planning: Planning): readonly Subject[] {
  const { choice, story, text } = planning;
  const named = namedSubjects(text, story);
  if (named.length > 0 || choice.intent.about === 'nothing') return named;
  const changes = choice.intent.id === 'update' || choice.intent.id === 'transition';
  const subject = changes ? text.replace(/\s+(?:to|as|into|because|since|comment)\b.*$/is, '') : text;
  const found = findSubjects(subject, story, choice.intent);
  const inView = planning.setting.itemNumber;
  if (inView === null || !meansWhatIsInView(subject, { isSpokenOf: found.length > 0 })) return found;
  return [{ kind: 'known', entity: itemByNumber(inView) }];
}

/** One call for each item, or for each new thing that the sentence names. */
function split(filling: Filling): readonly Filling[] {
  const { intent, items, text } = filling;
  if (intent.id === 'create-item') {
    const another =
      /\s*(?:,|;|\band\b)\s+(?:also\s+)?(?:and\s+)?(?=(?:an?|one|another)\s+(?:\w+\s+){0,2}(?:part|document|requirement|task)\b)/i;
    return text.split(another).map((clause) => ({ ...filling, text: clause }));
  }
  const under = changeOrderOf(filling);
  const own = items.filter((item) => item !== under);
  if (intent.about !== 'item-or-name' || own.length < 2) return [filling];
  return own.map((item) => ({ ...filling, items: under === undefined ? [item] : [item, under] }));
}

function required(filling: Filling) {
  return readParameters(filling.tool).filter((parameter) => parameter.required);
}

function nothingToChange(filling: Filling, args: PlannedCall['args']): string | null {
  if (filling.intent.id !== 'update') return null;
  const [item] = filling.items;
  const changes = Object.keys(args).filter((name) => !/Id$|^id$|^itemNumber$/.test(name));
  return changes.length > 0 || item === undefined ? null : askChange(item);
}

function knownOf(subjects: readonly Subject[]): readonly Entity[] {
  return subjects.flatMap((subject) => (subject.kind === 'known' ? [subject.entity] : []));
}

function unique(calls: readonly PlannedCall[]): readonly PlannedCall[] {
  return [...new Map(calls.map((planned) => [JSON.stringify(planned), planned])).values()];
}
