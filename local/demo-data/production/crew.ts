// The crew of Northlight Live: forty people with their certificates and assignments. All addresses and phone numbers are
// from ranges reserved for examples.

import type { DemoRow } from '../demo-rows.ts';
import { readTable } from '../demo-table.ts';
import { type DayFrom, idIn, productionId, wallTime } from './ids.ts';
import { DEMO_SHOWS, requireDemoProject, requireDemoShow } from './projects.ts';

/** Day rates in USD; certificates as `name:days until it expires`. */
export const DEMO_CREW = readTable(
  ['name', 'position', 'department', 'home', 'rate', 'certificates'],
  `
  Imani Okoye       | Production manager      | Production  | Los Angeles   | 850 | OSHA 30:720
  Jonas Fjeld       | Tour manager            | Production  | Nashville     | 800 | First aid and CPR:140
  Priya Raman       | Production coordinator  | Production  | Denver        | 520 | First aid and CPR:45
  Callum Reid       | Site manager            | Production  | San Diego     | 780 | OSHA 30:410; Crowd manager:95
  Sofia Marchetti   | Technical director      | Production  | New York      | 900 | OSHA 30:220
  Theo Lindgren     | Stage manager           | Stage       | Chicago       | 620 | OSHA 10:300
  Amara Diallo      | Stage manager           | Stage       | San Diego     | 600 | OSHA 10:-20
  Ben Castillo      | Deck chief              | Stage       | Phoenix       | 480 | Forklift:60
  Yuki Tanabe       | Show caller             | Stage       | San Francisco | 640 |
  Marcus Bell       | Front of house engineer | Audio       | Nashville     | 900 |
  Elena Petrova     | Monitor engineer        | Audio       | Los Angeles   | 780 |
  Dmitri Sava       | System engineer         | Audio       | Boston        | 720 | Aerial lift:200
  Hannah Weiss      | RF coordinator          | Audio       | Seattle       | 600 |
  Omar Haddad       | Audio technician        | Audio       | San Diego     | 450 | Aerial lift:12
  Lucia Ferrer      | Lighting director       | Lighting    | Los Angeles   | 820 |
  Gareth Pugh       | Lighting crew chief     | Lighting    | Minneapolis   | 650 | ETCP electrician:510
  Nia Thompson      | Lighting technician     | Lighting    | Chicago       | 450 | Aerial lift:88
  Ravi Menon        | Dimmer technician       | Lighting    | San Diego     | 460 | ETCP electrician:-75
  Freya Holm        | Video director          | Video       | Seattle       | 760 |
  Andre Dubois      | LED technician          | Video       | New York      | 520 | Aerial lift:150
  Mei Lin           | Camera operator         | Video       | San Francisco | 430 |
  Victor Almeida    | Media server programmer | Video       | Los Angeles   | 680 |
  Rosa Quintero     | Head rigger             | Rigging     | Denver        | 700 | ETCP rigger, arena:640; Fall protection:33
  Sean Kavanagh     | Rigger                  | Rigging     | Boston        | 560 | ETCP rigger, arena:28
  Tariq Aziz        | Rigger                  | Rigging     | San Diego     | 540 | ETCP rigger, theatre:-9; Fall protection:210
  Joanna Kowalska   | Ground rigger           | Rigging     | Chicago       | 470 | Fall protection:77
  Dale Rivers       | Guitar technician       | Backline    | Nashville     | 500 |
  Simone Laurent    | Drum technician         | Backline    | Los Angeles   | 500 |
  Kofi Mensah       | Backline chief          | Backline    | San Diego     | 560 |
  Bridget Nolan     | Staging supervisor      | Staging     | San Diego     | 620 | Competent person, scaffold:365
  Hugo Salas        | Scaffolder              | Staging     | San Diego     | 480 | Competent person, scaffold:18
  Wanda Novak       | Carpenter               | Staging     | Denver        | 450 |
  Pilar Reyes       | Hospitality manager     | Hospitality | San Diego     | 420 | Food handler:120
  Noah Adler        | Catering liaison        | Hospitality | Chicago       | 380 | Food handler:-3
  Gus Harlan        | Lead truck driver       | Transport   | Nashville     | 520 | CDL class A:900
  Maya Brooks       | Bus driver              | Transport   | Nashville     | 480 | CDL class B:700
  Lena Fischer      | Transport coordinator   | Transport   | San Diego     | 430 |
  Andile Khumalo    | Head of security        | Security    | San Diego     | 560 | Crowd manager:260
  Chris Yamada      | Tour security           | Security    | Los Angeles   | 520 | Crowd manager:64
  Dr. Ines Carvalho | Medical lead            | Medical     | San Diego     | 900 | ACLS:330
`,
);

const TOURING = [
  'Imani Okoye',
  'Jonas Fjeld',
  'Theo Lindgren',
  'Marcus Bell',
  'Elena Petrova',
  'Dmitri Sava',
  'Lucia Ferrer',
  'Gareth Pugh',
  'Freya Holm',
  'Andre Dubois',
  'Sean Kavanagh',
  'Dale Rivers',
  'Simone Laurent',
  'Gus Harlan',
  'Maya Brooks',
  'Chris Yamada',
];

/** Assigned to every day of the festival, with the call time in hours before doors. */
const FESTIVAL = {
  'Callum Reid': 6,
  'Amara Diallo': 5,
  'Omar Haddad': 5,
  'Ravi Menon': 5,
  'Tariq Aziz': 5,
  'Kofi Mensah': 4,
  'Bridget Nolan': 6,
  'Hugo Salas': 6,
  'Pilar Reyes': 5,
  'Lena Fischer': 6,
  'Andile Khumalo': 4,
  'Dr. Ines Carvalho': 3,
  'Victor Almeida': 4,
  'Hannah Weiss': 4,
};

/** With a role if it differs from the person's usual one. */
const LOCAL = readTable(
  ['show', 'name', 'call', 'role', 'state'],
  `
  boston-1     | Priya Raman     | 08:00 |                   | confirmed
  chicago-1    | Nia Thompson    | 06:00 |                   | confirmed
  chicago-1    | Joanna Kowalska | 06:00 |                   | confirmed
  chicago-1    | Noah Adler      | 09:00 |                   | confirmed
  chicago-2    | Nia Thompson    | 12:00 |                   | confirmed
  chicago-2    | Noah Adler      | 11:00 |                   | offered
  minneapolis  | Joanna Kowalska | 08:00 |                   | offered
  denver       | Rosa Quintero   | 06:00 |                   | confirmed
  denver       | Priya Raman     | 07:00 | Local coordinator | confirmed
  denver       | Wanda Novak     | 07:00 |                   | confirmed
  denver       | Joanna Kowalska | 07:00 | Up rigger         | declined
  phoenix      | Ben Castillo    | 06:00 |                   | confirmed
  losangeles-1 | Victor Almeida  | 08:00 |                   | confirmed
  losangeles-2 | Victor Almeida  | 13:00 |                   | confirmed
  seattle-1    | Hannah Weiss    | 08:00 |                   | offered
  helix-1      | Sofia Marchetti | 05:30 |                   | confirmed
  helix-1      | Yuki Tanabe     | 06:00 |                   | confirmed
  helix-1      | Mei Lin         | 07:00 |                   | confirmed
  helix-2      | Yuki Tanabe     | 06:30 |                   | confirmed
  helix-2      | Mei Lin         | 07:00 |                   | confirmed
  mill-4       | Theo Lindgren   | 11:00 |                   | confirmed
  mill-4       | Marcus Bell     | 12:00 |                   | confirmed
`,
);

export function listDemoCrew(day: DayFrom) {
  const members: DemoRow[] = [];
  const certifications: DemoRow[] = [];
  const contacts: DemoRow[] = [];
  const assignments: DemoRow[] = [];
  const rates: DemoRow[] = [];
  for (const [index, { name, position, department, home, certificates }] of DEMO_CREW.entries()) {
    const id = memberId(name);
    members.push({ id, name, position, department, home_city: home });
    for (const certificate of certificates.split('; ').filter(Boolean)) {
      const [title, days] = certificate.split(':');
      certifications.push({ crew_member_id: id, name: title, expires_on: day(Number(days)) });
    }
    const address = name.toLowerCase().replace('dr. ', '').replaceAll(' ', '.');
    // One person has no email and one no phone on record.
    contacts.push({
      crew_member_id: id,
      email: name === 'Hugo Salas' ? null : `${address}@crew.example`,
      phone: name === 'Mei Lin' ? null : `+1 202 555 01${String(40 + index).padStart(2, '0')}`,
    });
  }

  const assign = (project: string, show: string | null, name: string, rest: DemoRow) => {
    const id = productionId('assignment', assignments.length + 1);
    const member = DEMO_CREW.find((one) => one.name === name);
    assignments.push({
      ...{ id, project_id: requireDemoProject(project), show_id: show === null ? null : requireDemoShow(show) },
      ...{ crew_member_id: memberId(name), role: member?.position, state: 'confirmed', call_at: null, ...rest },
    });
    rates.push({ assignment_id: id, day_rate: Number(member?.rate), currency: 'USD' });
  };
  for (const name of TOURING) assign('GLASS-HORIZONS', null, name, {});
  for (const show of DEMO_SHOWS) {
    const callAt = (time: string) => wallTime(day(Number(show.day)), time, show.zone);
    for (const { name, call, role, state } of LOCAL.filter((one) => one.show === show.key)) {
      assign(show.project, show.key, name, { ...(role === '' ? {} : { role }), state, call_at: callAt(call) });
    }
    if (show.project !== 'HARBORLIGHT') continue;
    for (const [name, hours] of Object.entries(FESTIVAL)) {
      const call = `${String(Number(show.doors.slice(0, 2)) - hours).padStart(2, '0')}:00`;
      assign(show.project, show.key, name, { call_at: callAt(call) });
    }
  }
  return { members, certifications, contacts, assignments, rates };
}

const memberId = (name: string): string => idIn('crewMember', DEMO_CREW, 'name', name);
