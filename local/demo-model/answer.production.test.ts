// Questions about productions, asked of the tools as the product sends them.
import { describe, expect, test } from 'vitest';
import { PRODUCTION_TOOLS, SEARCH_TOOLS } from '../../durable/packs/production/production-tools.ts';
import {
  ACTIVITY_SUGGESTIONS,
  HOME_SUGGESTIONS,
  INCIDENT_SUGGESTIONS,
  PROJECT_SUGGESTIONS,
  showSuggestions,
  vendorSuggestions,
} from '../../durable/packs/production/workspace-suggestions.ts';
import { toModelTool } from '../../durable/tools/model-tools.ts';
import type { DemoTool, JsonObject } from './chat.ts';
import { type Results, startConversation, uuid } from './conversation.fixture.ts';

const toDemoTool = (tool: (typeof PRODUCTION_TOOLS)[number]): DemoTool => {
  const { name, description, parameters } = toModelTool(tool);
  return { name, description, schema: parameters };
};
const TOOLS = PRODUCTION_TOOLS.map(toDemoTool);

const TOUR = { id: uuid(300), code: 'SUMMER-TOUR', name: 'Summer Tour', state: 'active', phase: 'Build' };
const GALA = { id: uuid(301), code: 'WINTER-GALA', name: 'Winter Gala', state: 'draft', phase: 'Discovery' };
const FEST = { id: uuid(302), code: 'HARBOR', name: 'Harbor Festival', state: 'active', phase: 'Build' };
const DENVER = {
  ...{ id: uuid(500), name: 'Denver', state: 'scheduled', startsAt: '2026-11-23T19:30:00-07:00', doorsAt: null },
  ...{
    city: 'Denver',
    venue: 'Red Mesa',
    timeZone: 'America/Denver',
    venueDetails: { id: uuid(600), name: 'Red Mesa' },
  },
};
const BOSTON = {
  ...{ id: uuid(501), name: 'Boston, night 1', state: 'complete', startsAt: '2026-11-01T19:30:00-05:00' },
  ...{ city: 'Boston', venue: 'Copley Street Arena', timeZone: 'America/New_York' },
};

const matching = <R extends JsonObject>(rows: readonly R[], query: unknown): R[] =>
  rows.filter((row) =>
    JSON.stringify(row)
      .toLowerCase()
      .includes(String(query ?? '').toLowerCase()),
  );
const list = (key: string, rows: readonly JsonObject[]) => ({ [key]: rows, total: rows.length, left: 0, notShown: [] });

const MEMBERS = [
  { id: uuid(400), name: 'Rosa Quintero', role: 'Head rigger', phone: '+1 303 555 0142', certifications: [] },
  { id: uuid(401), name: 'Omar Haddad', role: 'Audio technician', phone: null, certifications: [] },
];
const VENDORS = [
  { id: uuid(450), name: 'Green Fork Tour Catering', category: 'Catering', email: null, phone: '+1 312 555 0165' },
  { id: uuid(451), name: 'Clearwater Audio', category: 'Audio', email: 'quotes@clearwateraudio.example', phone: null },
];
const SCHEDULE = {
  ...{ project: FEST, criticalPath: ['Stage', 'Doors'], criticalCount: 2, cycle: null, earliestFinish: '2026-11-30' },
  ...{ startsOn: '2026-11-20', plannedFinish: '2026-11-30', plannedTooEarly: [], total: 3, left: 0 },
  activities: [
    { id: uuid(700), name: 'Stage', plannedStart: '2026-11-20', plannedFinish: '2026-11-24', isCritical: true },
    { id: uuid(701), name: 'Fence', plannedStart: '2026-11-20', plannedFinish: '2026-11-20', totalFloatDays: 3 },
    { id: uuid(702), name: 'Doors', plannedStart: '2026-11-30', plannedFinish: '2026-11-30', isCritical: true },
  ],
};

const RESULTS: Results = {
  search_projects: (args: JsonObject) => list('projects', matching([TOUR, GALA, FEST], args.query)),
  get_project: { ...GALA, budget: null, currency: null, notShown: [] },
  list_shows: (args: JsonObject) => list('shows', matching([DENVER, BOSTON], args.query)),
  list_crew: (args: JsonObject) => ({
    ...list('crew', matching(MEMBERS, args.query)),
    ...{ show: args.showId === DENVER.id ? DENVER : null, project: null },
    notShown: [{ fields: ['dayRate', 'currency'], permission: 'finance:read' }],
  }),
  list_vendors: (args: JsonObject) => list('vendors', matching(VENDORS, args.query)),
  list_rfps: list('rfps', []),
  list_incidents: list('incidents', []),
  list_deliverables: list('deliverables', []),
  get_schedule: SCHEDULE,
  offer_navigation: { path: '/workspace/x', label: 'View' },
};

function start(options: { tools?: readonly DemoTool[]; system?: string; results?: Results } = {}) {
  return startConversation({ tools: TOOLS, results: RESULTS, ...options });
}
/** What was asked of the data; the way that is offered at the end is another matter. */
const asked = (text: string, talk = start()) => talk.ask(text).calls.filter(({ name }) => name !== 'offer_navigation');

test.each([
  ['Who is on the crew?', 'list_crew', {}],
  ['show me the vendors', 'list_vendors', {}],
  ['Any incidents?', 'list_incidents', {}],
  ['Which incidents are open?', 'list_incidents', { state: 'open' }],
  ['list critical incidents', 'list_incidents', { severity: 'critical' }],
  ['Which incidents are OSHA recordable?', 'list_incidents', { oshaRecordable: true }],
  ['What shows are coming up?', 'list_shows', { when: 'upcoming' }],
  ['list open RFPs', 'list_rfps', {}],
  ['which RFPs were awarded?', 'list_rfps', { state: 'awarded' }],
  ['which deliverables are due?', 'list_deliverables', {}],
  ['which deliverables are overdue?', 'list_deliverables', { overdue: true }],
  ['which projects are active?', 'search_projects', { state: 'active' }],
  ['Which vendors have expired insurance?', 'list_vendors', { issue: 'insurance_expired' }],
  ['Which vendors are without a W-9?', 'list_vendors', { issue: 'w9_missing' }],
])('%s', (text, name, args) => {
  expect(asked(text)).toEqual([{ name, args }]);
});

describe('a show is found by its city', () => {
  test('who is on the crew for the Denver show', () => {
    const turn = start().ask('Who is on the crew for the Denver show?');
    expect(turn.calls).toEqual([
      { name: 'list_shows', args: { query: 'Denver' } },
      { name: 'list_crew', args: { showId: DENVER.id } },
      { name: 'offer_navigation', args: { itemId: DENVER.id, itemType: 'Show', tab: 'crew' } },
    ]);
    expect(turn.text).toContain('| Rosa Quintero | Head rigger |');
    expect(turn.text).toContain('Not shown to your role: day rate and currency (needs finance:read)');
  });

  test('some of the crew are looked for among it', () => {
    expect(asked('Which riggers work on the Denver show?').at(-1)).toEqual({
      name: 'list_crew',
      args: { showId: DENVER.id, query: 'rigger' },
    });
  });

  test('when it is, and that its doors are not on record', () => {
    expect(start().ask('When is the Denver show?').text).toContain('starts **2026-11-23 19:30 (UTC-07:00)**');
    expect(start().ask('When are doors of the Denver show?').text).toContain('has no doors on record');
  });
});

describe('a project is looked up by its name before what belongs to it is read', () => {
  test('by its whole name', () => {
    expect(asked('Show me the schedule of Summer Tour')).toEqual([
      { name: 'search_projects', args: { query: 'Summer Tour' } },
      { name: 'get_schedule', args: { projectId: TOUR.id } },
    ]);
    expect(asked('tell me about the project Winter Gala').at(-1)).toEqual({
      name: 'get_project',
      args: { projectId: GALA.id },
    });
  });

  test('by what it is, and its critical path comes in order', () => {
    const turn = start().ask('What is on the critical path of the festival?');
    expect(turn.calls).toEqual([
      { name: 'search_projects', args: { query: 'festival' } },
      { name: 'get_schedule', args: { projectId: FEST.id } },
      { name: 'offer_navigation', args: { itemId: FEST.id, itemType: 'Project', tab: 'schedule' } },
    ]);
    expect(turn.text).toContain('The critical path of **Harbor Festival** has 2 activities and ends on 2026-11-30');
    expect(turn.text).toContain('1. Stage (2026-11-20 to 2026-11-24)\n2. Doors (2026-11-30)');
    expect(turn.text).not.toContain('Fence');
  });

  test('by its code, which needs no look-up', () => {
    expect(asked('list the vendors of WINTER-GALA')).toEqual([
      { name: 'list_vendors', args: { projectId: 'WINTER-GALA' } },
    ]);
  });

  test('a circle in the schedule is said', () => {
    const results = { ...RESULTS, get_schedule: { ...SCHEDULE, cycle: ['Stage', 'Roof'], criticalPath: null } };
    const turn = start({ results }).ask('What is on the critical path of the festival?');
    expect(turn.text).toContain('goes round in a circle, so it has no critical path: Stage → Roof → Stage.');
  });
});

test('what is not on record is said to be missing', () => {
  const turn = start().ask('What is the e-mail of Green Fork Tour Catering?');
  expect(turn.calls[0]).toEqual({ name: 'list_vendors', args: { category: 'Catering', query: 'Green Fork Tour' } });
  expect(turn.text).toBe('**Green Fork Tour Catering** has no e-mail address on record.');
});

test('a follow-up stays with the project that was spoken of', () => {
  const talk = start();
  talk.ask('Show me the schedule of Summer Tour');
  expect(asked('and the crew?', talk)).toEqual([{ name: 'list_crew', args: { projectId: TOUR.id } }]);
});

test('with several projects and none named it asks which one is meant', () => {
  const talk = start();
  expect(talk.ask('Show the schedule').text).toMatch(
    /Summer Tour[\s\S]*Winter Gala[\s\S]*Which project do you mean\?$/,
  );
  expect(asked('Winter Gala', talk)).toEqual([{ name: 'get_schedule', args: { projectId: GALA.id } }]);
});

test('what is in view is what a question is about, until another is named', () => {
  const system = `Project in view: "${TOUR.id}", code "SUMMER-TOUR"\nShow in view: "${BOSTON.id}"`;
  expect(asked('Who is on the crew?', start({ system }))).toEqual([{ name: 'list_crew', args: { showId: BOSTON.id } }]);
  expect(asked('Show the schedule', start({ system }))).toEqual([
    { name: 'get_schedule', args: { projectId: TOUR.id } },
  ]);
  expect(asked('Who is on the crew for the Denver show?', start({ system })).at(-1)).toEqual({
    name: 'list_crew',
    args: { showId: DENVER.id },
  });
});

test('search mode looks for a bare name wherever it may stand', () => {
  const talk = start({ tools: SEARCH_TOOLS.map(toDemoTool) });
  expect(talk.ask('denver').steps[0]).toEqual(
    ['search_projects', 'list_shows', 'list_crew', 'list_vendors'].map((name) => ({ name, args: { query: 'denver' } })),
  );
});

describe('what the pages suggest', () => {
  const inView = `Project in view: Harbor Festival (HARBOR, id ${FEST.id}).\nShow in view: Denver (id ${DENVER.id}).`;
  const suggestions = [
    ...[...HOME_SUGGESTIONS, ...PROJECT_SUGGESTIONS, ...INCIDENT_SUGGESTIONS, ...ACTIVITY_SUGGESTIONS],
    ...[...showSuggestions('Denver'), ...vendorSuggestions('Clearwater Audio')],
  ];
  test.each([...new Set(suggestions)])('%s: is looked up', (words) => {
    const { calls, text } = startConversation({ system: inView, tools: TOOLS, results: RESULTS }).ask(words);
    expect(calls.some(({ name }) => name !== 'offer_navigation')).toBe(true);
    expect(text).not.toBe('');
  });
});
