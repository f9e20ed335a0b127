// Answers questions about data with the rows of list tools. Conditions that the tools can't filter by are tested against the
// rows if all of them were returned; otherwise the answer says that it couldn't.
import { fieldOf, propertiesIn, testRows } from './conditions.ts';
import { MAX_ROWS, PLACES, type Reading, readQuestion, type Topic, toolOf } from './question.ts';
import * as report from './report.ts';
import { readParameters } from './report.ts';
import { type Entity, findEntities, isCalled, referenceOf, type Situation, stepOf, valueOfStep } from './story.ts';
import {
  type Chat,
  call,
  type DemoTool,
  isJsonObject,
  type JsonObject,
  type ModelAnswer,
  type PlannedCall,
  say,
} from './wires/wire.ts';
import * as words from './words.ts';

/** The maximum number of calls in one turn. */
const MAX_CALLS = 16;

/** Tools with more details about one row of a list: the argument that names the row, and the field that fills it. */
const DETAILS: Readonly<Record<string, { readonly tool: string; readonly argument: string; readonly key: string }>> = {
  search_items: { tool: 'get_item_details', argument: 'itemNumber', key: 'itemNumber' },
  search_projects: { tool: 'get_project', argument: 'projectId', key: 'id' },
};

export function planRecords(situation: Situation): ModelAnswer | null {
  const question = readQuestion(situation);
  if (question === null) return null;
  if ('topics' in question) return lookUp(situation, question.topics, question.name);
  return question.limit === null
    ? list(situation, question)
    : say(report.cannot(question.limit, report.filtersOf(question.tool, question.noun)));
}

// ── Look-ups ──────────────────────────────────────────────────────────────────────────────────────────────────────────

type ParsedSearch = { readonly args: JsonObject; readonly words: readonly string[] };

/** The places that the question names, as arguments; a lookup or a question to the user if that is needed first. */
function findPlaces(situation: Situation, reading: Reading): ParsedSearch | ModelAnswer {
  const { chat, story, text } = situation;
  const { tool, places, perhaps } = reading;
  const kinds = Object.keys(PLACES).filter((kind) => readParameters(tool).some(({ name }) => name === `${kind}Id`));
  const required = readParameters(tool).find(({ name, isRequired }) => isRequired && name.endsWith('Id'))?.name;
  const args: Record<string, unknown> = {};
  for (const { kind, name } of places) {
    const found = findPlace(situation, kind, name);
    if ('toolCalls' in found) return found;
    args[`${kind}Id`] = found.reference;
  }
  if (perhaps !== null) {
    const query = words.contentWords(perhaps).join(' ');
    // A show is looked up even if the tool has no filter for it, so that its name is not mistaken for something else.
    const looked = kinds.includes('project') && !kinds.includes('show') ? ['show', ...kinds] : kinds;
    const calls = looked.flatMap((kind) =>
      toolOf(chat, PLACES[kind] ?? '') ? [{ kind, call: { name: PLACES[kind] ?? '', args: { query } } }] : [],
    );
    const missing = calls.filter((one) => stepOf(story, one.call) === undefined);
    if (missing.length > 0) return call(...missing.map((one) => one.call));
    const matches = calls.map((one) => ({ kind: one.kind, entities: entitiesOf(situation, one.call, one.kind) }));
    const exact = matches.find(({ entities }) => entities.some((entity) => isCalled(entity, query)));
    const single = matches.findLast(({ entities }) => entities.length === 1);
    const match = exact ?? single ?? matches.find(({ entities }) => entities.length > 0);
    const entity = match?.entities.find((one) => isCalled(one, query)) ?? match?.entities[0];
    if (match && !kinds.includes(match.kind) && required === undefined)
      return say(
        report.cannot(
          `I can't filter ${words.plural(reading.noun)} by ${match.kind}.`,
          report.filtersOf(tool, reading.noun),
        ),
      );
    if (match && !exact && !single) return say(report.askPlace(match.kind, match.entities, query));
    if (match && entity) args[`${match.kind}Id`] = referenceOf(entity);
    else if (required === undefined) return { args, words: words.contentWords(perhaps) };
  }
  if (Object.keys(args).length > 0) return { args, words: [] };

  const isFollowUp = /^(?:and|also|what about|how about)\b/i.test(text.trim());
  for (const kind of ['show', 'project', 'design', 'program'].filter((one) => kinds.includes(one))) {
    const key = `${kind}Id`;
    const before = isFollowUp
      ? story.stepsBefore.findLast((step) => typeof step.call.args[key] === 'string')
      : undefined;
    const inView = story.inView[key as 'showId'] ?? before?.call.args[key] ?? null;
    if (inView !== null) return { args: { [key]: inView }, words: [] };
  }
  if (required === undefined) return { args, words: [] };
  const kind = required.replace(/Id$/, '');
  const found = findPlace(situation, kind, '');
  return 'toolCalls' in found ? found : { args: { [required]: found.reference }, words: [] };
}

/** Finds a design, program, project or show by its name or code. */
export function findPlace(
  situation: Situation,
  kind: string,
  name: string,
): { readonly reference: string } | ModelAnswer {
  const { chat, story } = situation;
  const isReference = words.findIds(name).length > 0 || words.findCodes(`a ${name}`)[0] === name;
  if (isReference && kind !== 'show') return { reference: name };
  const tool = toolOf(chat, PLACES[kind] ?? '');
  if (tool === undefined) return name === '' ? say(report.askPlace(kind, [], '')) : { reference: name };
  const narrow = { name: tool.name, args: name === '' ? {} : { query: name } };
  const wide = { name: tool.name, args: {} };
  if (stepOf(story, narrow) === undefined) return call(narrow);
  const matches = entitiesOf(situation, narrow, kind);
  const only = matches.find((entity) => isCalled(entity, name)) ?? (matches.length === 1 ? matches[0] : undefined);
  if (only !== undefined) return { reference: referenceOf(only) ?? name };
  if (matches.length > 0 || name === '') return say(report.askPlace(kind, matches, name));
  if (stepOf(story, wide) === undefined) return call(wide);
  return say(report.askPlace(kind, entitiesOf(situation, wide, kind), name));
}

const entitiesOf = ({ story }: Situation, planned: PlannedCall, kind: string): readonly Entity[] =>
  findEntities(planned.name, valueOfStep(stepOf(story, planned))).filter((one) => one.kind.toLowerCase() === kind);

/** Searches several lists for a name at once. */
function lookUp(situation: Situation, topics: readonly Topic[], name: string): ModelAnswer | null {
  const { chat, story } = situation;
  const calls = topics.flatMap((topic) => {
    const tool = toolOf(chat, topic.tool);
    const isSearch = tool !== undefined && readParameters(tool).every(({ isRequired }) => !isRequired);
    return isSearch ? [{ topic, call: { name: topic.tool, args: { query: name } } }] : [];
  });
  if (calls.length === 0) return null;
  const missing = calls.filter((one) => stepOf(story, one.call) === undefined);
  if (missing.length > 0) return call(...missing.map((one) => one.call));
  const found = calls.flatMap(({ topic, call: made }) => {
    const listing = readListing(valueOfStep(stepOf(story, made)), topic);
    return listing === null || listing.total === 0 ? [] : [{ topic, made, listing }];
  });
  const exact = found.find(({ topic, listing }) => listing.rows.some((row) => isRowCalled(topic, row, name)));
  const chosen = exact ?? (found.length === 1 ? found[0] : undefined);
  if (chosen !== undefined) {
    const reading = {
      topic: chosen.topic,
      tool: requireTool(chat, chosen.topic),
      noun: chosen.topic.noun,
      name,
      others: [],
      filters: [`matching “${name}”`],
    };
    return conclude(situation, reading, chosen.listing);
  }
  if (found.length === 0)
    return say(
      `${report.notFound('record', name)} I searched ${calls.map(({ topic }) => words.plural(topic.noun)).join(', ')}.`,
    );
  const sections = found.map(({ topic, made, listing }) =>
    report.listText({
      toolName: made.name,
      noun: topic.noun,
      rows: listing.rows.slice(0, 5),
      total: listing.total,
      filters: [],
    }),
  );
  return say([`“${words.inline(name)}” is found in several places.`, ...sections].join('\n\n'));
}

function requireTool(chat: Chat, { tool }: Topic): DemoTool {
  const found = toolOf(chat, tool);
  if (!found) throw new Error(`the request has no tool ${tool}`);
  return found;
}

const isRowCalled = (topic: Topic, row: JsonObject, name: string): boolean =>
  findEntities(topic.tool, { [topic.rows]: [row] }).some((entity) => isCalled(entity, name));

type RowList = {
  readonly value: JsonObject;
  readonly rows: readonly JsonObject[];
  readonly total: number;
  /** Every matching row is here. */
  readonly isComplete: boolean;
};

function readListing(value: JsonObject | null, topic: Topic): RowList | null {
  const own = value?.[topic.rows];
  if (value === null || !Array.isArray(own)) return null;
  const rows = own.filter(isJsonObject);
  const counted = typeof value.people === 'number' && rows.length === value.total ? value.people : value.total;
  const total = typeof counted === 'number' ? counted : rows.length;
  const isComplete = rows.length >= Number(value.total ?? 0) && value.totalIsExact !== false && value.cut === undefined;
  return { value, rows, total, isComplete };
}

// ── Answering ───────────────────────────────────────────────────────────────────────────────────────────────────────────

function list(situation: Situation, reading: Reading): ModelAnswer {
  const { story, text } = situation;
  const { topic, tool, conditions } = reading;
  const places = findPlaces(situation, reading);
  if ('toolCalls' in places) return places;
  const others = [...reading.others, ...places.words];
  const canSearch = readParameters(tool).some(({ name }) => name === 'query') && topic.rows !== 'activities';
  const query = reading.name ?? others.join(' ');
  const args: Record<string, unknown> = { ...reading.args };
  for (const [key, value] of Object.entries(places.args)) args[key] = value;
  if (canSearch && query !== '') args.query = query;
  const step = stepOf(story, { name: tool.name, args });
  if (step === undefined) return call({ name: tool.name, args });
  if (step.outcome.kind !== 'value') return say(report.reportSteps([step], text));
  const listing = readListing(step.outcome.value, topic);
  if (listing === null) return say(report.reportSteps([step], text));
  const filters = [...filtersIn(situation, tool, args)];

  if (topic.rows === 'activities' && conditions.length === 0) {
    const said = `${caveat(others, listing.rows)}${report.scheduleText(step.outcome.value, text)}`;
    return offerScope(situation, step.outcome.value, tool.name) ?? say(said);
  }
  if (listing.total === 0 && reading.name === null && args.query !== undefined)
    return describedRows(situation, reading, args, others);
  if (conditions.length > 0) return conditional(situation, reading, listing, filters);
  return conclude(situation, { ...reading, filters, others: reading.name === null ? [] : others }, listing);
}

/** No name has these words, but another field of the rows may: "vendors with valid insurance". */
function describedRows(
  situation: Situation,
  reading: Reading,
  args: JsonObject,
  others: readonly string[],
): ModelAnswer {
  const { topic, tool, noun } = reading;
  const { query, ...wideArgs } = args;
  const wide = {
    name: tool.name,
    args: readParameters(tool).some(({ name }) => name === 'limit') ? { ...wideArgs, limit: MAX_ROWS } : wideArgs,
  };
  const step = stepOf(situation.story, wide);
  if (step === undefined) return call(wide);
  const listing = readListing(valueOfStep(step), topic);
  if (listing === null) return say(report.reportSteps([step], situation.text));
  const said = others.join(' ');
  const rows = listing.rows.filter((row) => others.every((word) => saysWord(row, word)));
  const filters = filtersIn(situation, tool, wideArgs);
  if (rows.length > 0 && listing.isComplete)
    return say(
      report.listText({
        toolName: tool.name,
        noun,
        rows,
        total: rows.length,
        filters: [...filters, `a field says “${said}”`],
      }),
    );
  const where = filters.length === 0 ? '' : ` (${filters.join(', ')})`;
  const searched = `I searched ${words.plural(noun)}${where} for “${words.inline(said)}” and found none, by name or in any other field that the list has.`;
  return say(
    report.cannot(
      `${searched} If you meant something else by it, I don't understand it.`,
      report.filtersOf(tool, noun),
    ),
  );
}

const saysWord = (row: JsonObject, word: string): boolean => {
  const shown = Object.entries(row).filter(([key]) => !/id$/i.test(key));
  return new RegExp(`(?<![p{L}p{N}])${words.escaped(word)}`, 'iu').test(
    JSON.stringify(shown.map(([, value]) => value)),
  );
};

/**
 * Tests the rows against conditions that the tool can't filter by, with the details of each row if the list lacks the field.
 */
function conditional(
  situation: Situation,
  reading: Reading,
  listing: RowList,
  filters: readonly string[],
): ModelAnswer {
  const { story, today } = situation;
  const { topic, tool, noun, conditions } = reading;
  const asOf = typeof listing.value.asOf === 'string' ? listing.value.asOf.slice(0, 10) : today;
  const sought = conditions.map(({ words: said }) => said).join(', ');
  const limit = (reason: string) => say(report.cannot(reason, report.filtersOf(tool, noun)));
  const many = words.plural(noun);
  const hidden = conditions.find(({ property }) => report.isHidden(listing.value.notShown, property));
  if (hidden) return limit(`Your role doesn't show the ${hidden.property.noun} of ${many}.`);
  if (!listing.isComplete)
    return limit(
      `To find ${many} by ${sought} I would have to read all ${listing.total} of them, and one search shows ${listing.rows.length}. Ask about fewer, for example of one ${topic.tool === 'search_items' ? 'design' : 'project'}.`,
    );

  let { rows } = listing;
  let tested = testRows(rows, conditions, asOf);
  const details = DETAILS[topic.tool];
  if (tested.kind === 'no-such-field' && details !== undefined && toolOf(situation.chat, details.tool)) {
    const calls = rows.map((row) => ({ name: details.tool, args: { [details.argument]: row[details.key] } }));
    const missing = calls.filter((one) => stepOf(story, one) === undefined);
    if (story.steps.length + missing.length > MAX_CALLS)
      return limit(
        `The list of ${many} has no ${tested.property.noun}, and I can look up at most ${MAX_CALLS - story.steps.length} of these ${rows.length} one by one. Ask about fewer, for example of one design, or about one by its number.`,
      );
    if (missing.length > 0) return call(...missing);
    rows = rows.map((row, at) => ({
      ...row,
      ...report.flattened(valueOfStep(stepOf(story, calls[at] ?? { name: '', args: {} })) ?? {}),
    }));
    tested = testRows(rows, conditions, asOf);
  }
  if (tested.kind === 'no-such-field') return limit(`The records of ${many} have no ${tested.property.noun}.`);
  if (tested.kind === 'rows' && tested.rows.length === 0 && rows.length > 0 && tested.unknown >= rows.length)
    return limit(`None of these ${rows.length} ${many} has a value for this on record (${sought}).`);
  if (tested.kind === 'mixed-units')
    return limit(`The ${tested.property.noun} of these ${many} is in different currencies, and I can't convert them.`);

  const periods = conditions.flatMap(({ period, extreme: which }) =>
    which === undefined ? (period?.(asOf) ?? []) : [],
  );
  const days = periods.map(({ from, to }) =>
    `${from === '0000-01-01' ? 'until' : from === to ? '' : `${from} to`} ${to === '9999-12-31' ? 'later' : to}`.trim(),
  );
  const unknown =
    tested.unknown === 0 ? '' : `${tested.unknown} of the ${rows.length} have no value on record for this.`;
  const text = report.listText({
    toolName: tool.name,
    noun,
    rows: tested.rows,
    total: tested.rows.length,
    filters: [...filters, ...conditions.map(({ words: said }) => said), ...days],
    columns: conditions.map(({ property }) => property),
  });
  const [only, second] = tested.rows;
  const isOne = only !== undefined && second === undefined;
  const sentences = conditions.flatMap(({ extreme: which, property }) =>
    which === undefined || !isOne
      ? []
      : [report.propertyText(report.nameOfRow(tool.name, only), only, property, listing.value.notShown)],
  );
  const entity =
    only !== undefined && second === undefined ? findEntities(tool.name, { [topic.rows]: [only] })[0] : undefined;
  return (
    (entity && offerFor(situation, entity, tool.name)) ??
    say([...sentences, text, unknown].filter((part) => part !== '').join('\n\n'))
  );
}

type Concluding = Pick<Reading, 'topic' | 'tool' | 'noun' | 'name' | 'others'> & {
  readonly filters: readonly string[];
};

/** One row answers the question; several rows are shown as a table. */
function conclude(
  situation: Situation,
  { topic, tool, noun, name, others, filters }: Concluding,
  listing: RowList,
): ModelAnswer {
  const { chat, story, text } = situation;
  const { value, rows } = listing;
  const exact = name === null ? [] : rows.filter((row) => isRowCalled(topic, row, name));
  const chosen = exact.length > 0 ? exact : rows;
  const [only, second] = chosen;
  if (only === undefined || second !== undefined || (exact.length === 0 && listing.total > 1)) {
    const total = exact.length > 0 ? exact.length : listing.total;
    const columns = propertiesIn(text);
    const said = report.listText({
      toolName: tool.name,
      noun,
      rows: chosen,
      total,
      filters,
      columns,
      isExact: value.totalIsExact !== false,
      notShown: value.notShown,
    });
    return offerScope(situation, value, tool.name) ?? say(`${caveat(others, chosen)}${said}`);
  }

  const [entity] = findEntities(tool.name, { [topic.rows]: [only] });
  const isWhole = /\babout\b|\bsummari|\bdescribe\b|\bdetails?\b|\boverview\b/i.test(text);
  const asked = propertiesIn(text).filter((property) => fieldOf(only, property) === undefined);
  const details = DETAILS[topic.tool];
  if (
    details !== undefined &&
    toolOf(chat, details.tool) &&
    (isWhole || (asked.length > 0 && propertiesIn(text).length === asked.length))
  ) {
    const wanted = { name: details.tool, args: { [details.argument]: only[details.key] } };
    const step = stepOf(story, wanted);
    if (step === undefined) return call(wanted);
    const way = entity && offerFor(situation, entity, details.tool);
    return way ?? say(`${caveat(others, [only])}${report.reportSteps([step], text)}`);
  }
  const way = entity && offerFor(situation, entity, tool.name);
  const isAsked =
    isWhole || exact.length > 0 || propertiesIn(text).some((property) => fieldOf(only, property) !== undefined);
  const said = isAsked
    ? report.recordText(tool.name, { ...only, notShown: value.notShown }, text)
    : report.listText({ toolName: tool.name, noun, rows: [only], total: 1, filters, notShown: value.notShown });
  return way ?? say(`${caveat(others, [only])}${said}`);
}

/** Words of the question that appear in no row. */
export function caveat(others: readonly string[], rows: readonly JsonObject[]): string {
  const ignored = others.filter((word) => !rows.some((row) => saysWord(row, word)));
  return ignored.length === 0
    ? ''
    : `I don't understand “${words.inline(ignored.join(' '))}” here, so this answer ignores it.\n\n`;
}

/** The filters of a call in words, with the names of places. */
function filtersIn({ story }: Situation, tool: DemoTool, args: JsonObject): readonly string[] {
  return Object.entries(args).flatMap(([key, value]) => {
    if (key === 'limit' || key === 'itemType') return [];
    if (key === 'query') {
      const about = readParameters(tool).find(({ name }) => name === 'query')?.description ?? '';
      return [`matching “${String(value)}” (${about.charAt(0).toLowerCase()}${about.slice(1)})`];
    }
    if (key === 'when' || key === 'issue') return [report.textOf(value)];
    if (typeof value === 'boolean') return [`${value ? '' : 'not '}${words.spaced(key)}`];
    const place =
      story.entities.findLast(({ id }) => id === value) ??
      story.steps
        .flatMap(({ call: made, outcome }) => (outcome.kind === 'value' ? findEntities(made.name, outcome.value) : []))
        .find(({ id }) => id === value);
    const inView = place === undefined && words.findIds(String(value)).length > 0 ? 'in view' : null;
    return [
      `${words.spaced(key.replace(/Id$/, ''))} ${inView ?? words.spaced(place?.name ?? String(value)).replace(/.*/, place?.name ?? String(value))}`,
    ];
  });
}

// ── Ways there ──────────────────────────────────────────────────────────────────────────────────────────────────────────

const TABS: Readonly<Record<string, string>> = {
  get_bom: 'bom',
  get_where_used: 'relationships',
  analyze_change_impact: 'relationships',
  get_schedule: 'schedule',
  list_crew: 'crew',
  list_vendors: 'vendors',
  list_rfps: 'rfps',
  list_incidents: 'incidents',
  list_deliverables: 'deliverables',
  'affected-items': 'affected-items',
};

/** Offers the page of the record that an answer is about. Null if that was done or isn't possible. */
export function offerFor({ chat, story }: Situation, entity: Entity, toolName: string): ModelAnswer | null {
  const offered = story.steps.some((step) => /offer_navigation$/.test(step.call.name));
  const reference = referenceOf(entity);
  if (offered || reference === null || story.steps.length >= MAX_CALLS) return null;
  for (const tool of chat.tools.filter(({ name }) => /offer_navigation$/.test(name))) {
    const parameters = readParameters(tool);
    const known: Readonly<Record<string, string | null | undefined>> = {
      itemId: reference,
      itemNumber: entity.number ?? entity.name,
      itemType: entity.kind,
      tab: TABS[toolName],
    };
    const args = Object.fromEntries(
      parameters.flatMap(({ name, choices }) => {
        const value = known[name];
        return typeof value === 'string' && (choices.length === 0 || choices.includes(value)) ? [[name, value]] : [];
      }),
    );
    if (parameters.every(({ name, isRequired }) => !isRequired || name in args)) return call({ name: tool.name, args });
  }
  return null;
}

/** A list of the records of one project or show links to it. */
function offerScope(situation: Situation, value: JsonObject, toolName: string): ModelAnswer | null {
  const scope = isJsonObject(value.show)
    ? { show: value.show }
    : isJsonObject(value.project)
      ? { project: value.project }
      : {};
  const [entity] = findEntities('scope', scope);
  return entity === undefined ? null : offerFor(situation, entity, toolName);
}
