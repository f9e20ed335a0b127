// Natural questions about the data of both demo organizations, with the real tools on a real Postgres. Each answer is either
// correct, checked against the data, or says that it can't be given. No answer states something false.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDemoWorld } from './demo-world.fixture.ts';

const ADA = 'ada@cascade.test';
const ELI = 'eli@cascade.test';
const NORA = 'nora@northlight.test';
const MAX = 'max@northlight.test';
const FINN = 'finn@freefold.test';

/** The answer to an unanswerable question says that, and how to connect a real model. */
const LIMIT = /^I can't answer (?:that|this)[\s\S]*(?:\.dev\.vars)[\s\S]*Ollama/;

let world: Awaited<ReturnType<typeof createDemoWorld>>;
beforeAll(async () => {
  world = await createDemoWorld();
});
afterAll(() => world?.database.drop());

type Row = [question: string, says: RegExp, never?: RegExp];

const ask = async (email: string, text: string) => (await world.start(email).ask(text)).text;

/** What the answer must contain, and must not contain. */
function check(text: string, says: RegExp, never?: RegExp): void {
  expect(text).toMatch(says);
  if (never) expect(text).not.toMatch(never);
}

describe('Cascade Robotics', () => {
  test.each<Row>([
    // The list has neither cost nor weight, and 119 parts are too many to look up one by one.
    ['Which parts cost more than 100 dollars?', LIMIT, /I found/],
    ['What is the heaviest part?', LIMIT, /I found/],
    ['Which parts are made of steel?', LIMIT, /I found/],
    ['What is the average cost of parts?', LIMIT, /I found/],
    ['Which program has the most parts?', LIMIT, /I found/],
    ['Parts in program KESTREL', LIMIT, /I found/],
    ['Why is PN-000071 released?', /can only say what is on record, not why/],
    ['What is a change order?', LIMIT],
    ['Explain what an audit log is, in plain words and with one example.', LIMIT],
    // A design has few enough parts.
    [
      'Which parts of PKH-MFG cost more than 500 USD?',
      /I found 2 parts[\s\S]*Chassis drilling jig[\s\S]*Assembly lift table[\s\S]*2 of the 6 have no value on record/,
    ],
    ['What is the heaviest part in PKH-MFG?', /Assembly lift table\*\* weighs \*\*61 kg\*\*/],
    ['cheapest part of design PKH-MFG', /Cart wiring harness\*\* costs \*\*118 USD\*\*/],
    ['most expensive part of KES-CTL', /Motion computer\*\* costs \*\*540 USD\*\*/],
    [
      'Summarize program Packhorse',
      /Packhorse Warehouse Cart[\s\S]*driverless cart for 400 kg[\s\S]*Nordhaven Logistics/,
      /COMMON|KESTREL/,
    ],
    ['Which requirements are not verified?', /I found 13 requirements \(state not Verified\)/, /\| Verified \|/],
    [
      'Which requirements are in draft or in review?',
      /I found 5 requirements \(state Draft or In Review\)/,
      /Proposed/,
    ],
    [
      'Tasks assigned to me',
      /I found 4 tasks \(assignee Ada Moreau\)[\s\S]*TSK-000006[\s\S]*TSK-000008[\s\S]*TSK-000013[\s\S]*TSK-000015/,
    ],
    ['Show my tasks', /I found 4 tasks \(assignee Ada Moreau\)/],
    ['Which tasks are assigned to Bo Thompson?', /I found 3 tasks[\s\S]*TSK-000009[\s\S]*TSK-000010[\s\S]*TSK-000011/],
    ['Tasks due before 2026-12-05', /I found 5 tasks[\s\S]*TSK-000001/, /TSK-000002/],
    ['high priority tasks', /I found 4 tasks \(priority high\)/, /\| (?:low|medium|critical) \|/],
    ['open tasks', /I found 12 tasks \(state not Done or Cancelled\)/, /\| Done \|/],
    ['Which change orders are in review?', /ECO-000001 Stiffer elbow housing/, /ECO-000002/],
    ['Search for motors', /I found 4 items[\s\S]*Frameless motor kit 85/],
    ['List the released parts', /I found 74 parts \(state Released\)[\s\S]*… and 64 more/],
    ['Show my programs', /I found 3 programs/],
    ['List the designs of KESTREL', /I found 2 designs \(program KESTREL\)[\s\S]*KES-ARM[\s\S]*KES-CTL/],
    ['unreleased documents in KES-CTL', /I found 3 documents/, /\| Released \|/],
    ['How many parts are there?', /I found 119 parts/],
    ['Where is PN-000071 used?', /PN-000062 Elbow module|PN-000062 \| Elbow module/],
    ['What is the weight of the Forearm tube?', /Forearm tube\*\* weighs \*\*480 g\*\*/],
    ['Who is the customer of Kestrel?', /Orchard Assembly/],
    ['Is PN-000059 released?', /is in state \*\*Released\*\*/],
    ['What does ECO-000001 affect?', /do not list the items in the scope[\s\S]*Affected items/],
    ['Which programs are on hold?', /I found no programs \(status On Hold\)/],
    ['delete PN-000059', /can delete this, so nothing was changed/],
    ['Write an essay about gears', LIMIT],
    ['critical tasks', /I found 2 tasks \(priority critical\)/, /\| (?:low|medium|high) \|/],
    ['List all users', LIMIT, /Pendant/],
    ['Which parts use more than 3 screws?', LIMIT, /I found/],
    ['What is the total weight of the Kestrel arm?', LIMIT, /weighs/],
    ['Tasks without an assignee', /I found 2 tasks[\s\S]*TSK-000003[\s\S]*TSK-000012/],
    ['Which of my tasks are overdue?', /I found no tasks[\s\S]*assignee Ada Moreau/],
    ['Which change orders affect PN-000070?', /ECO-000001/],
    ['Which change orders affect PN-000071?', /Related change orders\*\*: none/],
    ['Parts in the Kestrel Controller', /I found 14 parts \(design Kestrel Controller\)/],
    ['Performance requirements', LIMIT, /I found/],
    ['Show the second most expensive part in KES-CTL', LIMIT, /I found/],
  ])('%s', async (question, says, never) => check(await ask(ADA, question), says, never));

  test('"me" is the user who asks', async () => {
    check(await ask(ELI, 'Tasks assigned to me'), /I found 6 tasks \(assignee Eli Okafor\)/, /Ada Moreau/);
  });
});

describe('Northlight Live', () => {
  test.each<Row>([
    ['Shows in Chicago', /I found 2 shows[\s\S]*Chicago, night 1[\s\S]*Chicago, night 2/, /Boston|Denver/],
    ['shows in chicago', /I found 2 shows/],
    ['Show the crew for Denver', /I found 20 crew members \(show Denver\)/],
    ['Show the crew for Chicago', /Chicago, night 1[\s\S]*Which show do you mean\?/],
    ['Write an advancing email for Denver', /Open \*\*Drafts\*\*[\s\S]*Advancing email/],
    ['Tell me about the Harborlight Festival', /Harborlight Arts Trust[\s\S]*18,000 people a day/],
    ['Deliverables not approved', /I found 18 deliverables \(state not approved\)/, /\| approved \|/],
    ['Which deliverables is Sean Kavanagh responsible for?', /I found 3 deliverables/],
    ['My deliverables', /I found no deliverables \(assignee Nora Lindqvist\)/],
    ['What shows are coming up?', /I found \d+ shows \(upcoming\)/, /\| complete \|/],
    ['What is the next show?', /Chicago, night 1/],
    ['Which show has the largest venue?', /I found 3 shows \(highest capacity\)[\s\S]*18000/],
    ['Shows with a capacity over 10000', /I found 9 shows \(capacity over 10000\)/],
    ['When are doors of the Denver show?', /\*\*Denver\*\* opens its doors \*\*\d{4}-\d\d-\d\d 18:00/],
    ['Who is on the crew for the Denver show?', /I found 20 crew members[\s\S]*Imani Okoye/],
    ['Which riggers work on the Denver show?', /I found 3 crew members[\s\S]*Rosa Quintero/],
    ["What is Imani Okoye's phone number?", /\+1 202 555 0140/],
    // Day rates belong to assignments, so the list of all crew has none.
    ['Who earns more than 800 a day?', LIMIT, /I found/],
    ['Who on the Denver show earns more than 800 a day?', /I found 3 crew members \(show Denver, day rate over 800\)/],
    ['Which vendors have expired insurance?', /I found 3 vendors/, /\| valid \|/],
    ['Which vendors have valid insurance?', /I found 19 vendors/, /\| (?:expired|missing) \|/],
    ['Which vendors are without a W-9?', /I found 2 vendors[\s\S]*Cascadia Deck[\s\S]*Voltline/],
    ['Vendors in San Diego', /I found 11 vendors[\s\S]*San Diego/],
    ['Which vendors work on the festival?', /I found 11 vendors \(project Harborlight Festival\)/],
    ['vendors for the Denver show', LIMIT, /I found/],
    ['What is the e-mail of Green Fork Tour Catering?', /has no email address on record/],
    ['Which incidents are OSHA recordable?', /INC-0003/, /INC-000[1245]/],
    ['Who was injured in INC-0003?', /Eddie Salcedo \| injured/],
    ['major incidents at the festival', /INC-0005/, /INC-0003/],
    ['What is the budget of the Harborlight Festival?', /1880000 USD/],
    ['Which project has the biggest budget?', /Glass Horizons Tour[\s\S]*2450000 USD/],
    ['projects with a budget over 1 million', /I found 2 projects/, /Helix/],
    [
      'What is on the critical path of the festival?',
      /critical path of \*\*Harborlight Festival\*\* has 10 activities/,
    ],
    ['Is the Denver show sold out?', /I don't understand “sold out” here/],
    ['Which vendor should we choose for RFP-0001?', LIMIT],
    ['Which vendors are reliable?', LIMIT],
    ['What is the weather in Denver?', LIMIT],
    ['Whose certificates have expired?', LIMIT],
    ['vendors for Denver', LIMIT, /I found/],
    ['Vendors in Denver', /I found 2 vendors[\s\S]*city/],
    ['Email the crew for Denver', /can email this, so nothing was changed/],
    ['What is the earliest load-in?', /\*\* loads in \*\*/, /\*\* starts \*\*/],
    ['Which shows start before 19:00?', LIMIT, /I found/],
    ['Crew not confirmed for Denver', LIMIT, /I found/],
    ['Which vendors are not insured?', LIMIT, /I found/],
    ['Shows in Texas', LIMIT, /I found/],
    ['Shows at Red Mesa Amphitheatre', /\*\*Denver\*\*/],
    ['projects without a budget', /Carrow Park Light Walk/, /Glass Horizons/],
    ['Incidents that are not closed', /I found 5 incidents \(state not closed\)/, /INC-0001/],
    ['Who is responsible for the noise variance?', /Priya Raman/],
    ['Lighting crew for Denver', /I found 2 crew members \(department Lighting, show Denver\)/],
    ['Cheapest proposal for RFP-0001', LIMIT, /I found/],
    ['Cancel the Denver show', /can cancel this, so nothing was changed/],
  ])('%s', async (question, says, never) => check(await ask(NORA, question), says, never));

  test('"this week" is the week that the data counts from', async () => {
    const { text, results } = await world.start(NORA).ask('Deliverables due this week');
    const { deliverables, asOf } = JSON.parse(results[0] ?? '') as {
      deliverables: { title: string; dueOn: string | null }[];
      asOf: string;
    };
    const monday = Date.parse(asOf) - ((new Date(asOf).getUTCDay() + 6) % 7) * 86_400_000;
    const isThisWeek = (day: string | null) =>
      day !== null && Date.parse(day) >= monday && Date.parse(day) < monday + 7 * 86_400_000;
    const due = deliverables.filter(({ dueOn }) => isThisWeek(dueOn));
    expect(due.length).toBeGreaterThan(1);
    expect(text).toContain(`I found ${due.length} deliverables`);
    for (const { title } of due) expect(text).toContain(title);
  });

  test.each<Row>([
    ['Who has a day rate over 800?', /Your role doesn't show the day rate/],
    ['What is the budget of the Harborlight Festival?', /Your role doesn't show the budget/, /1880000/],
    ['Who was injured in INC-0003?', /Not shown to your role: parties/, /Salcedo/],
  ])('%s, asked by a member without the permission', async (question, says, never) =>
    check(await ask(MAX, question), says, never),
  );
});

test.each([
  'Draft a plan for my week with three priorities, as a table with day, task and outcome.',
  'Draft a short status update for my team: what is done, what is next, what is blocked.',
  'Compare a weekly meeting with a written report: the pros and cons of each, in a table.',
  'Explain what an audit log is, in plain words and with one example.',
])('%s: says that only a real model can, without data', async (text) => {
  expect(await ask(FINN, text)).toMatch(LIMIT);
});
