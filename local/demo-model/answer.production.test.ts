import { expect, test } from 'vitest';
import type { JsonObject } from './chat.ts';
import { type Results, startConversation, uuid } from './conversation.fixture.ts';
import { PRODUCTION_TOOLS } from './tools.fixture.ts';

const TOUR = { id: uuid(300), name: 'Summer Tour', state: 'active', phase: 'Build' };
const GALA = { id: uuid(301), name: 'Winter Gala', state: 'draft', phase: 'Discovery' };
const ROWS = {
  rows: [
    { id: uuid(400), name: 'Row one', role: 'Rigger' },
    { id: uuid(401), name: 'Row two', role: 'Audio' },
  ],
  total: 2,
};

const RESULTS: Results = {
  search_projects: (args: JsonObject) => {
    const projects = [TOUR, GALA].filter((project) =>
      project.name.toLowerCase().includes(String(args.query ?? '').toLowerCase()),
    );
    return { projects, total: projects.length };
  },
  get_project: GALA,
  list_crew: ROWS,
  list_shows: ROWS,
  list_vendors: ROWS,
  list_rfps: ROWS,
  list_incidents: ROWS,
  list_deliverables: ROWS,
  get_schedule: ROWS,
};

function start() {
  return startConversation({ tools: PRODUCTION_TOOLS, results: RESULTS });
}

test.each([
  ['Who is on the crew?', 'list_crew'],
  ['show me the vendors', 'list_vendors'],
  ['Any incidents?', 'list_incidents'],
  ['What shows are coming up?', 'list_shows'],
  ['list open RFPs', 'list_rfps'],
  ['which deliverables are due?', 'list_deliverables'],
  ['which projects are active?', 'search_projects'],
])('%s', (text, name) => {
  expect(start().ask(text).calls).toEqual([{ name, args: {} }]);
});

test('a project is looked up by its name before what belongs to it is read', () => {
  expect(start().ask('Show me the schedule of Summer Tour').calls).toEqual([
    { name: 'search_projects', args: { query: 'Summer Tour' } },
    { name: 'get_schedule', args: { projectId: TOUR.id } },
  ]);
  expect(start().ask('tell me about the project Winter Gala').calls.at(-1)).toEqual({
    name: 'get_project',
    args: { projectId: GALA.id },
  });
});

test('a follow-up stays with the project that was spoken of', () => {
  const talk = start();
  talk.ask('Show me the schedule of Summer Tour');
  expect(talk.ask('and the crew?').calls).toEqual([{ name: 'list_crew', args: { projectId: TOUR.id } }]);
});

test('with several projects and none named it asks which one is meant', () => {
  const talk = start();
  expect(talk.ask('Show the schedule').text).toMatch(
    /Summer Tour[\s\S]*Winter Gala[\s\S]*Which project do you mean\?$/,
  );
  expect(talk.ask('Winter Gala').calls).toEqual([{ name: 'get_schedule', args: { projectId: GALA.id } }]);
});
