// Answers a question for one property of a record, as in "how heavy is it?".
import type { JsonObject } from './chat.ts';
import { cell, wordsOf } from './report-lists.ts';

type Property = {
  readonly asks: RegExp;
  readonly keys: readonly string[];
  readonly unit: readonly string[];
  readonly says: string;
  readonly noun: string;
};

const PROPERTIES: readonly Property[] = [
  {
    asks: /\b(?:heavy|weighs?|weight|mass)\b/i,
    keys: ['weight', 'mass'],
    unit: ['weightUnit', 'unit'],
    says: 'weighs',
    noun: 'weight',
  },
  {
    asks: /\b(?:costs?|price|expensive|cheap)\b/i,
    keys: ['cost', 'price'],
    unit: ['costCurrency', 'currency'],
    says: 'costs',
    noun: 'cost',
  },
  { asks: /\b(?:material|made (?:of|from))\b/i, keys: ['material'], unit: [], says: 'is made of', noun: 'material' },
  {
    asks: /\b(?:state|status|released\?|approved\?)/i,
    keys: ['state', 'status'],
    unit: [],
    says: 'is in state',
    noun: 'state',
  },
  { asks: /\b(?:revision|rev)\b/i, keys: ['revision'], unit: [], says: 'is at revision', noun: 'revision' },
  {
    asks: /\b(?:who|assigned|assignee|responsible|owner)\b/i,
    keys: ['assignee', 'assigneeName', 'owner'],
    unit: [],
    says: 'is assigned to',
    noun: 'assignee',
  },
  {
    asks: /\b(?:due|deadline|when)\b/i,
    keys: ['dueDate', 'dueAt', 'dueOn', 'due'],
    unit: [],
    says: 'is due',
    noun: 'due date',
  },
  { asks: /\b(?:when|start)\b/i, keys: ['startsAt', 'startsOn'], unit: [], says: 'starts', noun: 'start' },
  { asks: /\bload-?in\b/i, keys: ['loadInAt'], unit: [], says: 'loads in', noun: 'load-in' },
  { asks: /\bdoors\b/i, keys: ['doorsAt'], unit: [], says: 'opens its doors', noun: 'doors' },
  { asks: /\bcall time\b/i, keys: ['callAt'], unit: [], says: 'is called', noun: 'call time' },
  { asks: /\be-?mail\b/i, keys: ['email'], unit: [], says: 'has the e-mail address', noun: 'e-mail address' },
  { asks: /\bphone\b/i, keys: ['phone'], unit: [], says: 'has the phone number', noun: 'phone number' },
  { asks: /\bw-?9\b/i, keys: ['w9ReceivedOn'], unit: [], says: 'sent its W-9 on', noun: 'W-9' },
  { asks: /\b(?:insur\w+|coi)\b/i, keys: ['coiExpiresOn'], unit: [], says: 'is insured until', noun: 'insurance' },
  { asks: /\bbudget\b/i, keys: ['budget'], unit: ['currency'], says: 'has a budget of', noun: 'budget' },
  { asks: /\bpriority\b/i, keys: ['priority'], unit: [], says: 'has the priority', noun: 'priority' },
  { asks: /\bdescription\b/i, keys: ['description'], unit: [], says: 'is described as', noun: 'description' },
];

/** Null when the words ask for no single property. */
export function answerProperty(text: string, subject: string, fields: JsonObject): string | null {
  const named = PROPERTIES.filter((property) => property.asks.test(text));
  // Words such as "when" ask for different things of different records.
  const fitting = named.filter((property) => property.keys.some((key) => key in fields));
  const asked = fitting.length > 0 ? fitting : named;
  const [first] = asked;
  if (first === undefined || /\bdetails?\b|\beverything\b|\ball about\b/i.test(text)) return null;
  return asked.map((property) => sentence(property, subject, fields)).join(' ');
}

export function asksProperty(text: string): boolean {
  return PROPERTIES.some((property) => property.asks.test(text));
}

function sentence(property: Property, subject: string, fields: JsonObject): string {
  const value = property.keys.map((key) => wordsOf(fields[key])).find((words) => words !== '');
  if (value === undefined) return `${subject} has no ${property.noun} on record.`;
  const unit = property.unit.map((key) => wordsOf(fields[key])).find((words) => words !== '') ?? '';
  return `${subject} ${property.says} **${cell(value)}${unit === '' ? '' : ` ${cell(unit)}`}**.`;
}
