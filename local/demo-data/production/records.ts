// The incidents of Northlight Live with the people involved, and the deliverables with their due dates.

import type { DemoRow } from '../demo-rows.ts';
import { numberOrNull, orNull, readTable } from '../demo-table.ts';
import { type DayFrom, idIn, productionId, wallTime } from './ids.ts';
import { requireDemoProject, requireDemoShow } from './projects.ts';

const PACIFIC = 'America/Los_Angeles';
const EASTERN = 'America/New_York';

/** The descriptions name no one, because the people involved need a separate permission. */
const INCIDENTS = [
  {
    ...{ number: 'INC-0001', project: 'OLD-MILL', show: 'mill-2', title: 'Trip on a cable ramp', severity: 'minor' },
    ...{ state: 'closed', day: -82, time: '18:20', time_zone: EASTERN, location: 'East gate' },
    ...{ is_osha_recordable: false, days_away: 0, days_restricted: 0 },
    description:
      'A guest caught a heel on a cable ramp and grazed a knee. First aid on site; the guest stayed for the show.',
    corrective_action: 'Ramps moved out of the queue line; edges taped in yellow.',
  },
  {
    ...{ number: 'INC-0002', project: 'GLASS-HORIZONS', show: 'boston-1', title: 'Chain motor stopped under load' },
    ...{ severity: 'near_miss', state: 'resolved', day: -12, time: '10:40', time_zone: EASTERN },
    ...{ location: 'Stage, down-left point', is_osha_recordable: false, days_away: 0, days_restricted: 0 },
    description:
      'A one-ton motor stopped halfway with the left PA hang on it. The area was clear. The motor was locked out and swapped.',
    corrective_action: 'Motor 14 returned to the vendor; all motors of the batch load-tested before New York.',
  },
  {
    ...{
      number: 'INC-0003',
      project: 'GLASS-HORIZONS',
      show: 'newyork-1',
      title: 'Hand caught between truss and case',
    },
    ...{ severity: 'major', state: 'investigating', day: -8, time: '09:15', time_zone: EASTERN },
    ...{ location: 'Loading dock 2', is_osha_recordable: true, days_away: 4, days_restricted: 3 },
    description:
      'While truss was rolled off the second truck, a hand was caught between a truss stick and a road case. Two fractured fingers; treated at a hospital.',
    corrective_action: null,
  },
  {
    ...{ number: 'INC-0004', project: 'HARBORLIGHT', show: null, title: 'Forklift reversed into the stage base' },
    ...{ severity: 'minor', state: 'investigating', day: -1, time: '14:05', time_zone: PACIFIC },
    ...{ location: 'Main stage, upstage left', is_osha_recordable: false, days_away: 0, days_restricted: 0 },
    description:
      'A forklift reversed into a base plate of the main stage. No one was hurt. One brace is bent and is to be replaced before the roof goes up.',
    corrective_action: null,
  },
  {
    ...{ number: 'INC-0005', project: 'HARBORLIGHT', show: null, title: 'Heat exhaustion on the ground crew' },
    ...{ severity: 'major', state: 'open', day: -3, time: '15:30', time_zone: PACIFIC, location: 'North roadway' },
    ...{ is_osha_recordable: null, days_away: 1, days_restricted: 0 },
    description:
      'A member of the matting crew felt faint after five hours in the sun. Cooled and observed by the medical lead, sent home.',
    corrective_action: null,
  },
  {
    ...{
      number: 'INC-0006',
      project: 'GLASS-HORIZONS',
      show: 'nashville',
      title: 'Shackle without a pin over the house',
    },
    ...{ severity: 'critical', state: 'open', day: -3, time: '17:50', time_zone: 'America/Chicago' },
    ...{ location: 'House, row K', is_osha_recordable: false, days_away: 0, days_restricted: 0 },
    description:
      'A shackle without its pin was found on a point over row K forty minutes before doors. The house was held, the point re-rigged and inspected; doors opened 25 minutes late.',
    corrective_action: null,
  },
];

const PARTIES = readTable(
  ['incident', 'name', 'role', 'organization', 'contact', 'statement'],
  `
  INC-0001 | Gloria Whitfield  | injured   | Guest                 |                            | I did not see the ramp in the dark.
  INC-0001 | Hal Brody         | reporter  | Old Mill Foundation   | hal@oldmill.example        |
  INC-0002 | Sean Kavanagh     | reporter  | Northlight Live       | sean.kavanagh@crew.example | It hummed, then stopped about ten feet up.
  INC-0002 | Dmitri Sava       | witness   | Northlight Live       | dmitri.sava@crew.example   |
  INC-0003 | Eddie Salcedo     | injured   | Local crew            | +1 212 555 0181            | The truss rolled faster than I expected.
  INC-0003 | Gus Harlan        | witness   | Northlight Live       | gus.harlan@crew.example    | No one was on the brake side.
  INC-0003 | Theo Lindgren     | responder | Northlight Live       | theo.lindgren@crew.example |
  INC-0004 | Rusty Hallam      | involved  | Stagecraft West       | +1 619 555 0182            | My spotter had walked off.
  INC-0004 | Bridget Nolan     | reporter  | Northlight Live       | bridget.nolan@crew.example |
  INC-0005 | Tomas Rivera      | injured   | Groundwork Matting    |                            |
  INC-0005 | Dr. Ines Carvalho | responder | Northlight Live       | ines.carvalho@crew.example | Alert throughout; sent home after two hours.
  INC-0006 | Sean Kavanagh     | reporter  | Northlight Live       | sean.kavanagh@crew.example | Found on my second walk of the grid.
  INC-0006 | Lacey Boone       | witness   | Cumberland Auditorium | ops@cumberland.example     |
`,
);

/** `due` is in days from the first day. */
const DELIVERABLES = readTable(
  ['project', 'show', 'kind', 'title', 'state', 'due', 'responsible'],
  `
  GLASS-HORIZONS |              | technical_rider   | Technical rider, revision 4            | approved    | -50 | Imani Okoye
  GLASS-HORIZONS |              | hospitality_rider | Hospitality rider                      | delivered   | -45 | Jonas Fjeld
  GLASS-HORIZONS |              | input_list        | Input list, 56 channels                | approved    | -40 | Elena Petrova
  GLASS-HORIZONS |              | stage_plot        | Stage plot                             | approved    | -40 | Theo Lindgren
  GLASS-HORIZONS | chicago-1    | rigging_plot      | Rigging plot for Lakefront Arena       | delivered   | -10 | Sean Kavanagh
  GLASS-HORIZONS | minneapolis  | rigging_plot      | Rigging plot for North Loop Theatre    | in_review   | -1  | Sean Kavanagh
  GLASS-HORIZONS | denver       | rigging_plot      | Rigging plot for Red Mesa Amphitheatre | in_progress | 2   | Rosa Quintero
  GLASS-HORIZONS | denver       | run_of_show       | Run of show, Denver                    | open        | 6   | Theo Lindgren
  GLASS-HORIZONS | phoenix      | hospitality_rider | Hospitality order for Saguaro Pavilion | open        | 4   |
  GLASS-HORIZONS | phoenix      | permit            | Cold spark permit, Phoenix             | in_review   | 5   | Priya Raman
  GLASS-HORIZONS | losangeles-1 | guest_list        | Guest list, Los Angeles                | open        | 14  | Jonas Fjeld
  GLASS-HORIZONS | nashville    | safety_plan       | Rigging report after Nashville         | open        | -1  | Sean Kavanagh
  HARBORLIGHT    |              | site_plan         | Site plan, issue C                     | approved    | -22 | Callum Reid
  HARBORLIGHT    |              | permit            | Special event permit                   | delivered   | -15 | Callum Reid
  HARBORLIGHT    |              | power_plan        | Power plan                             | approved    | -16 | Kilowatt Power Systems
  HARBORLIGHT    |              | safety_plan       | Wind action plan                       | in_review   | 1   | Stagecraft West
  HARBORLIGHT    |              | permit            | Noise variance                         | in_progress | -2  | Priya Raman
  HARBORLIGHT    | harbor-1     | run_of_show       | Run of show, day 1                     | in_progress | 5   | Amara Diallo
  HARBORLIGHT    | harbor-1     | lighting_plot     | Lighting plot, main stage              | approved    | -4  | Arc & Ember
  HARBORLIGHT    | harbor-2     | input_list        | Input lists of the day 2 artists       | open        | 3   | Omar Haddad
  HARBORLIGHT    |              | other             | Volunteer handbook                     | open        |     |
  HELIX-SUMMIT   |              | stage_plot        | Keynote stage drawings                 | in_progress | 8   | Sofia Marchetti
  HELIX-SUMMIT   | helix-1      | run_of_show       | Keynote run of show                    | open        | 30  | Yuki Tanabe
  OLD-MILL       |              | other             | Final report to the foundation         | in_review   | -12 | Sofia Marchetti
`,
);

export function listDemoRecords(day: DayFrom) {
  const incidents = INCIDENTS.map(
    ({ project, show, day: offset, time, ...incident }): DemoRow => ({
      ...{ id: incidentId(incident.number), project_id: requireDemoProject(project), ...incident },
      show_id: show === null ? null : requireDemoShow(show),
      occurred_at: wallTime(day(offset), time, incident.time_zone),
    }),
  );
  const parties = PARTIES.map(
    ({ incident, contact, ...party }, index): DemoRow => ({
      ...{
        id: productionId('party', index + 1),
        incident_id: incidentId(incident),
        contact: orNull(contact),
        ...party,
      },
    }),
  );
  const deliverables = DELIVERABLES.map(({ project, show, due, responsible, ...deliverable }, index): DemoRow => {
    const days = numberOrNull(due);
    return {
      ...{ id: productionId('deliverable', index + 1), project_id: requireDemoProject(project), ...deliverable },
      show_id: show === '' ? null : requireDemoShow(show),
      ...{ due_on: days === null ? null : day(days), responsible: orNull(responsible) },
    };
  });
  return { incidents, parties, deliverables };
}

const incidentId = (number: string): string => idIn('incident', INCIDENTS, 'number', number);
