// The four documents that the demo model drafts, in the words of a template's own instructions: sections of rows, and gaps.
import type { JsonObject } from './chat.ts';
import { clock, day, factOf, listOf, person, section, tableOfRows, words } from './draft-parts.ts';
import type { DraftRequest, DraftRow } from './draft-request.ts';

export function draftDocument(request: DraftRequest): string {
  const document = /email/i.test(request.name)
    ? advancingEmail
    : /rfp/i.test(request.name)
      ? vendorRfp
      : /incident/i.test(request.name)
        ? incidentReport
        : productionSchedule;
  const notes = request.notes.length === 0 ? '' : section('Left out', listOf(request.notes));
  return [...document(request), notes].filter((part) => part !== '').join('\n\n');
}

const rowsOf = ({ rows }: DraftRequest, kind: string): readonly JsonObject[] =>
  rows.filter((row: DraftRow) => row.kind === kind).map(({ facts }) => facts);
const first = (request: DraftRequest, kind: string): JsonObject => rowsOf(request, kind)[0] ?? {};

function advancingEmail(request: DraftRequest): string[] {
  const [show, venue, vendor] = [first(request, 'Show'), first(request, 'Venue'), first(request, 'Vendor')];
  const to = request.filled['Who it goes to'] ?? '';
  const contact = /vendor/i.test(to)
    ? factOf(vendor, 'contactName', 'contact name')
    : factOf(venue, 'contactName', 'contact name');
  const crew = rowsOf(request, 'Crew');
  const asks = [
    ...(show['loadInAt'] ? ['Confirm the times above.'] : ['Tell us the load-in time.']),
    ...(request.filled['To mention'] ? [request.filled['To mention']] : []),
    ...(request.filled['Reply by'] ? [`Reply by ${day(request.filled['Reply by'])}.`] : []),
  ];
  return [
    `Subject: Advance for ${factOf(show, 'name', 'show name')}, ${factOf(show, 'city', 'city')}, ${day(show['startsAt'])}`,
    /crew/i.test(to) ? 'Hello all,' : `Hello ${contact},`,
    `Here is the advance for ${factOf(show, 'name', 'show name')} of ${factOf(show, 'projectName', 'project')}. Please confirm what is below and send what is missing.`,
    section(
      'The day',
      tableOfRows(
        [
          { what: 'Load-in', when: clock(show, 'loadInAt', 'load-in time') },
          { what: 'Doors', when: clock(show, 'doorsAt', 'doors time') },
          { what: 'Show', when: clock(show, 'startsAt', 'show time') },
          { what: 'End', when: clock(show, 'endsAt', 'end time') },
        ],
        { what: 'What', when: 'When' },
      ),
    ),
    section(
      'The venue',
      listOf([
        `${factOf(venue, 'name', 'venue')}, ${factOf(venue, 'address', 'venue address')}, ${factOf(venue, 'city', 'city')}`,
        `Capacity: ${factOf(venue, 'capacity', 'capacity')}`,
        `Contact: ${factOf(venue, 'contactName', 'venue contact')}, ${factOf(venue, 'contactEmail', 'venue email')}, ${factOf(venue, 'contactPhone', 'venue phone')}`,
      ]),
    ),
    section(
      'People on site',
      tableOfRows(
        crew,
        { role: 'Role', name: 'Name', callAt: 'Call', phone: 'Phone' },
        { callAt: (row) => clock(row, 'callAt', 'call time') },
      ),
    ),
    section(
      'Vendors',
      tableOfRows(rowsOf(request, 'Vendor'), {
        name: 'Vendor',
        service: 'Service',
        contactName: 'Contact',
        email: 'Email',
      }),
    ),
    section(
      'Deliverables',
      tableOfRows(rowsOf(request, 'Deliverable'), { title: 'Deliverable', state: 'State', dueOn: 'Due' }),
    ),
    section('What we need from you', listOf(asks)),
    `Thank you,\n\n${request.filled['Signed by'] ?? request.person}`,
  ];
}

function vendorRfp(request: DraftRequest): string[] {
  const [project, rfp, vendor] = [first(request, 'Project'), first(request, 'RFP'), first(request, 'Vendor')];
  const due = request.filled['Answers due'] ? day(request.filled['Answers due']) : clock(rfp, 'dueAt', 'due date');
  const papers = [
    ...(rfp['requiresInsurance'] === true ? ['Certificate of insurance'] : []),
    ...(rfp['requiresW9'] === true ? ['W-9'] : []),
    ...(rfp['requiresNda'] === true ? ['Signed NDA'] : []),
  ];
  const onFile =
    vendor['name'] === undefined
      ? []
      : [
          `On file for ${words(vendor['name'])}: W-9 ${factOf(vendor, 'w9ReceivedOn', 'W-9')}, insurance ${words(vendor['insurance'])}`,
        ];
  return [
    `# Request for proposals: ${rfp['title'] ? `${words(rfp['number'])} ${words(rfp['title'])}` : factOf(project, 'name', 'project')}`,
    vendor['name'] === undefined
      ? 'To whom it may concern,'
      : `Dear ${factOf(vendor, 'contactName', 'contact name')}, ${words(vendor['name'])},`,
    section(
      'Project',
      `${factOf(project, 'name', 'project')} for ${factOf(project, 'client', 'client')}, ${day(project['startsOn'], 'first day')} to ${day(project['endsOn'], 'last day')}.`,
    ),
    section('Scope of work', request.filled['Scope'] ?? factOf(rfp, 'scope', 'scope of work')),
    section(
      'Dates and places',
      tableOfRows(
        rowsOf(request, 'Show'),
        { name: 'Show', startsAt: 'Starts', venue: 'Venue', city: 'City', capacity: 'Capacity' },
        { startsAt: (row) => clock(row, 'startsAt', 'start') },
      ),
    ),
    section('Deliverables', factOf(rfp, 'deliverables', 'deliverables')),
    section('A proposal contains', listOf(['Price and its breakdown', 'Crew and equipment', 'References'])),
    section('Papers required', listOf([...papers, ...onFile])),
    section('How to answer', `Answers are due ${due}.`),
    request.person,
  ];
}

function incidentReport(request: DraftRequest): string[] {
  const incident = first(request, 'Incident');
  const isForClient = /client/i.test(request.filled['Who reads it'] ?? '');
  const recordable = incident['isOshaRecordable'];
  const parties = rowsOf(request, 'Party');
  return [
    `# ${factOf(incident, 'number', 'number')}: ${factOf(incident, 'title', 'title')}`,
    tableOfRows(
      [
        { what: 'When', value: clock(incident, 'occurredAt', 'time') },
        { what: 'Where', value: factOf(incident, 'location', 'location') },
        { what: 'Project', value: factOf(incident, 'projectName', 'project') },
        { what: 'Show', value: factOf(incident, 'show', 'show') },
        { what: 'Severity', value: words(incident['severity']) },
        { what: 'State', value: words(incident['state']) },
        {
          what: 'OSHA recordable',
          value: recordable === true ? 'Yes' : recordable === false ? 'No' : '[missing: OSHA decision]',
        },
        { what: 'Days away', value: words(incident['daysAway']) },
        { what: 'Days restricted', value: words(incident['daysRestricted']) },
      ],
      { what: 'Fact', value: 'On record' },
    ),
    section('What happened', factOf(incident, 'description', 'description')),
    section(
      'People',
      tableOfRows(
        parties,
        isForClient
          ? { role: 'Role', organisation: 'Organisation' }
          : { name: 'Name', role: 'Role', organisation: 'Organisation', contact: 'Contact' },
      ),
    ),
    isForClient
      ? ''
      : section(
          'Statements',
          listOf(
            parties.map(
              (row) => `${words(row['name'])}: ${factOf(row, 'statement', `statement of ${words(row['name'])}`)}`,
            ),
          ),
        ),
    section('Corrective action', factOf(incident, 'correctiveAction', 'corrective action')),
    request.filled['To add'] ? section('Added', request.filled['To add']) : '',
  ];
}

function productionSchedule(request: DraftRequest): string[] {
  const [project, schedule] = [first(request, 'Project'), first(request, 'Schedule')];
  const activities = rowsOf(request, 'Activity');
  const phases = [...new Set(activities.map(({ phase }) => words(phase)))];
  const path = schedule['criticalPath'];
  const cycle = schedule['cycle'];
  return [
    `# Production schedule: ${factOf(project, 'name', 'project')}`,
    `${factOf(project, 'client', 'client')}, ${day(project['startsOn'], 'first day')} to ${day(project['endsOn'], 'last day')}, ${words(project['phase'])}.`,
    section(
      'Critical path',
      Array.isArray(cycle)
        ? `There is none: ${cycle.map(words).join(' → ')} wait for one another.`
        : listOf((Array.isArray(path) ? path : []).map(words)),
    ),
    ...phases.map((phase) =>
      section(
        phase,
        tableOfRows(
          activities.filter((row) => words(row['phase']) === phase),
          {
            name: 'Activity',
            plannedStart: 'Start',
            plannedFinish: 'Finish',
            totalFloatDays: 'Float',
            responsible: 'Responsible',
            percentComplete: 'Done',
          },
          { responsible: person, percentComplete: (row) => `${words(row['percentComplete'])} %` },
        ),
      ),
    ),
    section(
      'Shows',
      tableOfRows(
        rowsOf(request, 'Show'),
        { name: 'Show', startsAt: 'Starts', venue: 'Venue', city: 'City' },
        { startsAt: (row) => clock(row, 'startsAt', 'start') },
      ),
    ),
    section(
      'Deliverables',
      tableOfRows(
        rowsOf(request, 'Deliverable'),
        { title: 'Deliverable', dueOn: 'Due', state: 'State', responsible: 'Responsible' },
        { responsible: person },
      ),
    ),
    request.filled['To add'] ? section('Notes', request.filled['To add']) : '',
  ];
}
