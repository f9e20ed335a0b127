// Says what the tools gave back: the answer first, then the rows; refusals in the tool's own words.
import { isJsonObject, type JsonObject } from './chat.ts';
import { findEntities } from './entities.ts';
import { answerProperty } from './properties.ts';
import { cell, inline, wordsOf } from './report-lists.ts';
import { scheduleText } from './report-schedule.ts';
import { flattened, listText, nameOf, ownRowsIn, recordText, rowsIn, treeText } from './report-value.ts';
import type { Step } from './story.ts';
import { singular, spaced } from './words.ts';

export function reportSteps(steps: readonly Step[], text: string): string {
  if (steps.length === 0) return 'I could not find out more with the tools that I have here.';
  return steps.map((step) => reportStep(step, text) || 'The tool gave nothing back.').join('\n\n');
}

function reportStep(step: Step, text: string): string {
  const { outcome } = step;
  if (outcome.kind === 'refused') {
    if (outcome.declined) return 'You declined, so nothing was changed.';
    return `That was refused: ${closed(inline(outcome.message))}${isWrite(step) ? ' Nothing was changed.' : ''}`;
  }
  if (outcome.kind === 'wants-change-order') {
    const message = closed(inline(outcome.message));
    return message.includes('?') ? message : `${message} Shall I create a change order first?`;
  }
  return reportValue(step, outcome.value, text);
}

function reportValue(step: Step, value: unknown, text: string): string {
  const { name } = step.call;
  if (typeof value === 'string') return value === '' ? 'Done.' : inline(value);
  if (isJsonObject(value) && value.requiresConfirmation === true) {
    return closed(inline(wordsOf(value.confirmationMessage ?? 'Please confirm this in the card.')));
  }
  if (/^(?:create|add)_(?:relationship|link)/.test(name)) return linked(step, value);
  if (/^(?:create|update|transition|add|delete|remove)_/.test(name)) return written(step, value);
  if (/navigat/.test(name)) return `Use the button to open ${cell(wordsOf(step.call.args.itemNumber ?? 'it'))}.`;
  if (/workspace|collaborat/.test(name)) return opened(value);
  if (/bom/.test(name)) return tree(value, 'The bill of materials:', 'It has no components.');
  if (/where_?used/.test(name)) return tree(value, 'It is used here:', 'It is used in no assembly.');
  if (/impact/.test(name)) return impact(value);
  if (/detail|^get_item/.test(name) && isJsonObject(value)) return details(name, value, text);
  const schedule = /^get_schedule/.test(name) ? scheduleText(value, text) : null;
  if (schedule !== null) return schedule;
  const rows = ownRowsIn(name, value) ?? rowsIn(value);
  if (rows !== null) return list(step, value, rows, text);
  return isJsonObject(value) ? recordText(value) : cell(wordsOf(value));
}

/** One row answers what was asked of it; the rest of a list is told with what the role may not see. */
function list(step: Step, value: unknown, rows: readonly JsonObject[], text: string): string {
  const [only] = rows.length === 1 ? rows : [];
  const [entity] = only === undefined ? [] : findEntities(step.call.name, only);
  const answer = only === undefined || entity === undefined ? null : answerProperty(text, nameOf(entity), only);
  const hidden = isJsonObject(value) && Array.isArray(value.notShown) ? value.notShown.filter(isJsonObject) : [];
  const notes = hidden.map(({ fields, permission }) => {
    const names = (Array.isArray(fields) ? fields : []).map((field) => spaced(wordsOf(field))).join(' and ');
    return `*Not shown to your role: ${names} (needs ${cell(wordsOf(permission))}).*`;
  });
  return [answer ?? listText(value, rows, nounOf(step)), ...notes].join('\n\n');
}

function details(name: string, value: JsonObject, text: string): string {
  const [entity] = findEntities(name, value);
  const answer = answerProperty(text, entity === undefined ? 'It' : nameOf(entity), flattened(value));
  if (answer !== null) return answer;
  const title = entity === undefined ? '' : `${nameOf(entity)}\n\n`;
  return `${title}${recordText(isJsonObject(value.item) ? flattened(value) : value)}`;
}

function written(step: Step, value: unknown): string {
  const verb = {
    create: 'Created',
    add: 'Added',
    update: 'Updated',
    transition: 'Moved',
    delete: 'Deleted',
    remove: 'Removed',
  };
  const done = verb[(step.call.name.split('_')[0] ?? 'update') as keyof typeof verb];
  const [entity] = findEntities(step.call.name, value);
  const fields = isJsonObject(value) ? flattened(value) : {};
  const state = wordsOf(fields.newState ?? fields.toState ?? fields.state ?? step.call.args.targetState);
  const subject =
    entity === undefined ? cell(wordsOf(step.call.args.name ?? fields.itemNumber ?? 'it')) : nameOf(entity);
  const where = done === 'Moved' && state !== '' ? ` to **${cell(state)}**` : state === '' ? '' : ` (${cell(state)})`;
  const message = typeof fields.message === 'string' ? ` ${closed(inline(fields.message))}` : '';
  const lists = isJsonObject(value)
    ? recordText(Object.fromEntries(Object.entries(value).filter(([, inner]) => Array.isArray(inner))))
    : '';
  return `${done} ${subject}${where}.${message}${lists === '' ? '' : `\n\n${lists}`}`;
}

function linked(step: Step, value: unknown): string {
  const fields = isJsonObject(value) ? flattened(value) : {};
  const quantity = step.call.args.quantity === undefined ? '' : `, quantity ${wordsOf(step.call.args.quantity)}`;
  const message = typeof fields.message === 'string' ? ` ${closed(inline(fields.message))}` : '';
  return `Linked the items (${cell(wordsOf(step.call.args.type ?? 'BOM'))}${quantity}).${message}`;
}

function opened(value: unknown): string {
  const fields = isJsonObject(value) ? flattened(value) : {};
  const message =
    typeof fields.message === 'string' ? closed(inline(fields.message)) : 'The design workspace is ready.';
  return `${message} Use the button to open it.`;
}

function tree(value: unknown, title: string, nothing: string): string {
  const text = treeText(value);
  if (text === null) return isJsonObject(value) ? recordText(value) : nothing;
  return text === '' ? nothing : `${title}\n\n${text}`;
}

function impact(value: unknown): string {
  if (!isJsonObject(value)) return cell(wordsOf(value));
  const risk = [value.risk, value.riskAssessment, value.assessment].find(isJsonObject) ?? value;
  const level = wordsOf(
    risk.overall ?? risk.overallRisk ?? risk.level ?? risk.severity ?? value.riskLevel ?? value.risk,
  );
  const reasons = [risk.reasons, risk.factors, risk.risks].find(Array.isArray) ?? [];
  const why = reasons.map((reason: unknown) => {
    if (!isJsonObject(reason)) return `- ${cell(wordsOf(reason))}`;
    const severity = wordsOf(reason.level ?? reason.severity);
    return `- ${severity === '' ? '' : `**${cell(severity)}**: `}${cell(wordsOf(reason.reason ?? reason.message ?? reason.description))}`;
  });
  const lists = Object.fromEntries(Object.entries(value).filter(([, inner]) => Array.isArray(inner)));
  const lead = level === '' ? 'The impact of this change:' : `The risk of changing this is **${cell(level)}**.`;
  return [lead, why.join('\n'), recordText(lists)].filter((section) => section !== '').join('\n\n');
}

/** `search_items {itemType: Part}` found parts; `list_crew` found crew members. */
function nounOf(step: Step): string {
  const type = step.call.args.itemType;
  if (typeof type === 'string') return spaced(type);
  const noun = singular(spaced(step.call.name).split(' ').at(-1) ?? 'result');
  return { crew: 'crew member', schedule: 'activity' }[noun] ?? noun;
}

function isWrite(step: Step): boolean {
  return /^(?:create|update|transition|add|delete|remove)_/.test(step.call.name);
}

function closed(sentence: string): string {
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}
