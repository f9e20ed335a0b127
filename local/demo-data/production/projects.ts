// The projects of Northlight Live with venues and shows: a tour in progress, a festival in its build phase, a conference in
// procurement, a light walk in discovery, and a finished concert series.

import type { DemoRow } from '../demo-rows.ts';
import { orNull, readTable } from '../demo-table.ts';
import { type DayFrom, idIn, wallTime } from './ids.ts';

/** First and last day, and the budget in USD; null if not agreed yet. */
export const DEMO_PROJECTS = [
  {
    ...{ code: 'GLASS-HORIZONS', name: 'Glass Horizons Tour', client: 'Mara Vale', state: 'active', phase: 'Operate' },
    ...{ first: -75, last: 33, budget: 2_450_000 },
    description:
      'Fourteen arena and theatre dates from Boston to Seattle with a touring PA, lighting and video package in five trucks.',
  },
  {
    ...{ code: 'HARBORLIGHT', name: 'Harborlight Festival', client: 'Harborlight Arts Trust', state: 'active' },
    ...{ phase: 'Build', first: -60, last: 16, budget: 1_880_000 },
    description:
      'Three days on the waterfront, two stages, 18,000 people a day. The city hands the site over two weeks before doors.',
  },
  {
    ...{ code: 'HELIX-SUMMIT', name: 'Helix Developer Summit', client: 'Helix Systems', state: 'active' },
    ...{ phase: 'Procurement', first: -21, last: 40, budget: 640_000 },
    description: 'Two days of keynotes and breakouts for 2,400 people, with a live stream.',
  },
  {
    ...{ code: 'CARROW-WALK', name: 'Carrow Park Light Walk', client: 'Carrow Parks Department', state: 'draft' },
    ...{ phase: 'Discovery', first: 110, last: 150, budget: null },
    description: 'A mile of light installations along the river. Scope and budget are not agreed yet.',
  },
  {
    ...{ code: 'OLD-MILL', name: 'Old Mill Concert Series', client: 'Old Mill Foundation', state: 'complete' },
    ...{ phase: 'Close', first: -96, last: -40, budget: 210_000 },
    description: 'Four open-air evenings in the yard of the old mill.',
  },
];

const DEMO_VENUES = readTable(
  ['key', 'name', 'kind', 'address', 'city', 'region', 'capacity', 'contact', 'email', 'phone'],
  `
  copley      | Copley Street Arena       | Arena             | 400 Copley Street        | Boston        | MA | 11200 | Ruth Adeyemi    | production@copleystreet.example | +1 617 555 0110
  meridian    | Meridian Hall             | Theatre           | 212 West 41st Street     | New York      | NY | 5600  | Paul Greco      | advance@meridianhall.example    | +1 212 555 0111
  cumberland  | Cumberland Auditorium     | Auditorium        | 90 River Road            | Nashville     | TN | 4300  | Lacey Boone     | ops@cumberland.example          | +1 615 555 0112
  lakefront   | Lakefront Arena           | Arena             | 1800 South Shore Drive   | Chicago       | IL | 13400 | Tomasz Wolski   | production@lakefront.example    | +1 312 555 0113
  northloop   | North Loop Theatre        | Theatre           | 55 Washington Avenue     | Minneapolis   | MN | 3900  | Ingrid Solberg  | advance@northloop.example       | +1 612 555 0114
  redmesa     | Red Mesa Amphitheatre     | Amphitheatre      | 7500 Mesa Park Road      | Denver        | CO | 9500  | Dana Whitehorse | production@redmesa.example      | +1 303 555 0115
  saguaro     | Saguaro Pavilion          | Pavilion          | 2100 East Camelback Road | Phoenix       | AZ | 8000  | Luis Ortega     |                                 |
  sunset      | Sunset Bowl               | Amphitheatre      | 3300 Canyon Drive        | Los Angeles   | CA | 15000 | Kim Park        | advance@sunsetbowl.example      | +1 323 555 0117
  emerald     | Emerald Theatre           | Theatre           | 901 Pine Street          | Seattle       | WA | 4800  |                 | booking@emerald.example         | +1 206 555 0118
  embarcadero | Embarcadero Green         | Outdoor site      | Harbor Drive             | San Diego     | CA | 18000 | Grace Delgado   | events@embarcaderogreen.example | +1 619 555 0119
  bayside     | Bayside Convention Center | Convention centre | 10 Pier Avenue           | San Francisco | CA | 3200  | Wen Zhao        | services@bayside.example        | +1 415 555 0120
  millyard    | Old Mill Yard             | Outdoor site      | 12 Mill Lane             | Asheville     | NC | 1500  | Hal Brody       | hal@oldmill.example             | +1 828 555 0121
`,
);

/** Days are counted from the first; times are local to the venue. */
export const DEMO_SHOWS = readTable(
  ['key', 'project', 'name', 'venue', 'zone', 'day', 'loadIn', 'doors', 'start', 'end', 'state'],
  `
  boston-1     | GLASS-HORIZONS | Boston, night 1      | copley      | America/New_York    | -12 | 07:00 | 18:30 | 19:30 | 22:30 | complete
  boston-2     | GLASS-HORIZONS | Boston, night 2      | copley      | America/New_York    | -11 |       | 18:30 | 19:30 | 22:30 | complete
  newyork-1    | GLASS-HORIZONS | New York, night 1    | meridian    | America/New_York    | -8  | 08:00 | 19:00 | 20:00 | 22:45 | complete
  newyork-2    | GLASS-HORIZONS | New York, night 2    | meridian    | America/New_York    | -7  |       | 19:00 | 20:00 | 22:45 | complete
  nashville    | GLASS-HORIZONS | Nashville            | cumberland  | America/Chicago     | -3  | 08:00 | 18:30 | 19:30 | 22:15 | complete
  chicago-1    | GLASS-HORIZONS | Chicago, night 1     | lakefront   | America/Chicago     | 1   | 06:00 | 18:30 | 19:30 | 22:30 | scheduled
  chicago-2    | GLASS-HORIZONS | Chicago, night 2     | lakefront   | America/Chicago     | 2   |       | 18:30 | 19:30 | 22:30 | scheduled
  minneapolis  | GLASS-HORIZONS | Minneapolis          | northloop   | America/Chicago     | 5   | 08:00 | 19:00 | 20:00 | 22:45 | scheduled
  denver       | GLASS-HORIZONS | Denver               | redmesa     | America/Denver      | 9   | 07:00 | 18:00 | 19:30 | 22:30 | scheduled
  phoenix      | GLASS-HORIZONS | Phoenix              | saguaro     | America/Phoenix     | 13  | 06:00 | 18:30 | 19:30 | 22:30 | scheduled
  losangeles-1 | GLASS-HORIZONS | Los Angeles, night 1 | sunset      | America/Los_Angeles | 16  | 06:00 | 18:00 | 19:30 | 22:30 | scheduled
  losangeles-2 | GLASS-HORIZONS | Los Angeles, night 2 | sunset      | America/Los_Angeles | 17  |       | 18:00 | 19:30 | 22:30 | scheduled
  seattle-1    | GLASS-HORIZONS | Seattle, night 1     | emerald     | America/Los_Angeles | 22  | 08:00 | 19:00 | 20:00 | 22:45 | scheduled
  seattle-2    | GLASS-HORIZONS | Seattle, night 2     | emerald     | America/Los_Angeles | 23  |       |       | 20:00 |       | draft
  harbor-1     | HARBORLIGHT    | Festival day 1       | embarcadero | America/Los_Angeles | 9   |       | 13:00 | 14:00 | 23:00 | scheduled
  harbor-2     | HARBORLIGHT    | Festival day 2       | embarcadero | America/Los_Angeles | 10  |       | 11:30 | 12:30 | 23:00 | scheduled
  harbor-3     | HARBORLIGHT    | Festival day 3       | embarcadero | America/Los_Angeles | 11  |       | 11:30 | 12:30 | 22:00 | scheduled
  helix-1      | HELIX-SUMMIT   | Summit day 1         | bayside     | America/Los_Angeles | 38  |       | 08:00 | 09:00 | 18:00 | scheduled
  helix-2      | HELIX-SUMMIT   | Summit day 2         | bayside     | America/Los_Angeles | 39  |       | 08:00 | 09:00 | 16:30 | scheduled
  walk         | CARROW-WALK    | Opening night        |             | America/Los_Angeles | 112 |       |       | 18:00 |       | draft
  mill-1       | OLD-MILL       | Concert 1            | millyard    | America/New_York    | -96 | 12:00 | 18:00 | 19:00 | 22:00 | complete
  mill-2       | OLD-MILL       | Concert 2            | millyard    | America/New_York    | -82 | 12:00 | 18:00 | 19:00 | 22:00 | complete
  mill-3       | OLD-MILL       | Concert 3            | millyard    | America/New_York    | -68 | 12:00 | 18:00 | 19:00 | 22:00 | cancelled
  mill-4       | OLD-MILL       | Concert 4            | millyard    | America/New_York    | -54 | 12:00 | 18:00 | 19:00 | 22:00 | complete
`,
);

export const requireDemoProject = (code: string): string => idIn('project', DEMO_PROJECTS, 'code', code);
export const requireDemoShow = (key: string): string => idIn('show', DEMO_SHOWS, 'key', key);

export function listDemoProjects(day: DayFrom) {
  const projects: DemoRow[] = [];
  const budgets: DemoRow[] = [];
  for (const { first, last, budget, ...project } of DEMO_PROJECTS) {
    const id = requireDemoProject(project.code);
    projects.push({ id, ...project, starts_on: day(first), ends_on: day(last) });
    if (budget !== null) budgets.push({ project_id: id, amount: budget, currency: 'USD' });
  }
  const venues = DEMO_VENUES.map(
    ({ key, contact, email, phone, ...venue }): DemoRow => ({
      ...{ id: idIn('venue', DEMO_VENUES, 'key', key), ...venue, country: 'US', capacity: Number(venue.capacity) },
      ...{ contact_name: orNull(contact), contact_email: orNull(email), contact_phone: orNull(phone) },
    }),
  );
  const shows = DEMO_SHOWS.map((show): DemoRow => {
    const at = (time: string) => (time === '' ? null : wallTime(day(Number(show.day)), time, show.zone));
    return {
      ...{ id: requireDemoShow(show.key), project_id: requireDemoProject(show.project), name: show.name },
      venue_id: show.venue === '' ? null : idIn('venue', DEMO_VENUES, 'key', show.venue),
      ...{ state: show.state, time_zone: show.zone, load_in_at: at(show.loadIn), doors_at: at(show.doors) },
      ...{ starts_at: at(show.start), ends_at: at(show.end) },
    };
  });
  return { projects, budgets, venues, shows };
}
