// The way round a protected design: the user agrees, a change order is made, then the first wish is tried again.
import { type Answer, type Chat, call, type JsonObject, type PlannedCall, say } from './chat.ts';
import { findEntities, typeOfNumber } from './entities.ts';
import { conclude } from './plan.ts';
import { reportSteps } from './report.ts';
import { readParameters } from './schema.ts';
import type { Step, Story } from './story.ts';
import { readName } from './values.ts';
import { stripPoliteness } from './words.ts';

const YES =
  /^(?:yes|yep|yeah|sure|ok|okay|please do|do (?:it|that|so)|go ahead|create (?:it|one|the eco|an eco)|sounds good|agreed|correct|right|fine)\b/i;
const NO = /^(?:no|nope|don'?t|do not|not now|leave it|stop|cancel)\b/i;

export function saysYes(text: string): boolean {
  return YES.test(text.trim()) || (stripPoliteness(text) !== text.trim() && YES.test(stripPoliteness(text)));
}

export function saysNo(text: string): boolean {
  return NO.test(text.trim());
}

/** Null when no change order was suggested in the turn before, or the user speaks of something else. */
export function planChangeOrderFirst(chat: Chat, story: Story): Answer | null {
  const wish = story.stepsBefore.findLast((step) => step.outcome.kind === 'wants-change-order');
  if (wish === undefined) return null;
  if (saysNo(story.text)) return say('All right. Nothing was changed, and no change order was created.');
  const tool = chat.tools.find((candidate) => /^create_(?:change_order|eco)$/.test(candidate.name));
  const wanted = saysYes(story.text) || /\b(?:eco|change order)\b/i.test(story.text);
  if (!wanted || tool === undefined) return null;

  const made = story.steps.find((step) => step.call.name === tool.name);
  if (made === undefined) {
    const names = readParameters(tool).map((parameter) => parameter.name);
    const args = Object.entries(orderFor(wish, story)).filter(
      ([name, value]) => names.includes(name) && value !== undefined,
    );
    return call({ name: tool.name, args: Object.fromEntries(args) });
  }
  if (made.outcome.kind !== 'value') return say(reportSteps([made], story.text));
  const again = story.steps.find((step) => step.call.name === wish.call.name);
  if (again === undefined) return call(retry(wish, made));
  return conclude(chat, story, [made, again], story.text);
}

function orderFor(wish: Step, story: Story): JsonObject {
  const { args } = wish.call;
  const told = wish.outcome.kind === 'wants-change-order' ? wish.outcome.value : {};
  const items = [args.itemId, args.sourceItemId].filter((id) => typeof id === 'string');
  const design = told.designId ?? args.designId;
  const subject = typeof args.name === 'string' ? args.name : (nameOfItem(items[0], story) ?? 'the design');
  const said = readName(story.text);
  return {
    name: said ?? `${wish.call.name.startsWith('create_item') ? 'Add' : 'Change'} ${subject}`,
    changeType: 'ECO',
    reasonForChange: `Asked for in the chat: ${wish.call.name.replaceAll('_', ' ')} needs a change order here.`,
    designIds: typeof design === 'string' ? [design] : undefined,
    affectedItemIds: items.length > 0 ? items : undefined,
  };
}

function retry(wish: Step, made: Step): PlannedCall {
  const value = made.outcome.kind === 'value' ? made.outcome.value : null;
  const orders = findEntities(made.call.name, value);
  const order =
    orders.find((entity) => entity.number !== null && typeOfNumber(entity.number) === 'ChangeOrder') ?? orders[0];
  return { name: wish.call.name, args: { ...wish.call.args, changeOrderId: order?.id ?? order?.number ?? '' } };
}

function nameOfItem(id: unknown, story: Story): string | null {
  const entity = story.entities.find((one) => one.id === id && id !== undefined);
  return entity?.number ?? entity?.name ?? null;
}
