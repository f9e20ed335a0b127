// The RFPs of Northlight Live and the vendors' proposals.

import type { DemoRow } from '../demo-rows.ts';
import { readTable } from '../demo-table.ts';
import { type DayFrom, idIn, productionId, wallTime } from './ids.ts';
import { requireDemoProject } from './projects.ts';
import { requireDemoVendor } from './vendors.ts';

const PACIFIC = 'America/Los_Angeles';

/** Due at 5 PM, in days from the first. `asks` lists the documents that a proposal must include. */
const DEMO_RFPS = [
  {
    ...{ number: 'RFP-0001', project: 'HARBORLIGHT', title: 'Main stage and roof system', state: 'awarded' },
    ...{ due: -40, zone: PACIFIC, asks: 'insurance w9' },
    scope: 'A 60 by 48 ft stage with roof, wings and weather plan, built in five days on matting.',
    deliverables: 'Engineered drawings; ballast plan; wind action plan; build crew list.',
  },
  {
    ...{ number: 'RFP-0002', project: 'HARBORLIGHT', title: 'PA and lighting for two stages', state: 'awarded' },
    ...{ due: -38, zone: PACIFIC, asks: 'insurance w9' },
    scope: 'PA with delay towers and a lighting package for two stages, three show days.',
    deliverables: 'System design; power draw; crew list; insurance certificate.',
  },
  {
    ...{ number: 'RFP-0003', project: 'HELIX-SUMMIT', title: 'Live stream and camera package', state: 'sent' },
    ...{ due: 6, zone: PACIFIC, asks: 'insurance w9 nda' },
    scope:
      'Six cameras, switching, recording and a public live stream with captions for two days; a feed for each of four rooms.',
    deliverables: 'Signal flow; crew list; caption provider; archive in ProRes.',
  },
  {
    ...{ number: 'RFP-0004', project: 'HELIX-SUMMIT', title: 'Keynote staging and scenic', state: 'closed' },
    ...{ due: -2, zone: PACIFIC, asks: 'insurance w9 nda' },
    scope: 'A 50 ft thrust stage, scenic walls and a lectern; load-in over two nights.',
    deliverables: 'Renderings; schedule; labor plan.',
  },
  {
    ...{ number: 'RFP-0005', project: 'HELIX-SUMMIT', title: 'Attendee catering', state: 'draft' },
    ...{ due: 14, zone: PACIFIC, asks: 'insurance w9' },
    scope: 'Breakfast, lunch and two breaks a day for 2,400 people.',
    deliverables: '',
  },
  {
    ...{ number: 'RFP-0006', project: 'GLASS-HORIZONS', title: 'West coast trucking, backup', state: 'cancelled' },
    ...{ due: -20, zone: 'America/Chicago', asks: 'insurance' },
    scope: 'One spare tractor from Phoenix to Seattle.',
    deliverables: 'Price per mile; driver hours plan.',
  },
  {
    ...{ number: 'RFP-0007', project: 'GLASS-HORIZONS', title: 'Tour merchandise', state: 'awarded' },
    ...{ due: -60, zone: 'America/New_York', asks: 'w9' },
    scope: 'Design, production and nightly sales of tour merchandise.',
    deliverables: 'Split; stock plan; settlement sheet.',
  },
];

/** Days before the due date; totals in USD. */
const RESPONSES = readTable(
  ['rfp', 'vendor', 'state', 'before', 'total', 'summary'],
  `
  RFP-0001 | Stagecraft West          | awarded     | 3 | 186400 | Own roof system, wind action plan attached; five build days hold if matting is down by noon of the first.
  RFP-0001 | Cascadia Deck & Roof     | declined    | 2 | 171900 | Six build days. W-9 to follow.
  RFP-0002 | Tidal Sound Rentals      | awarded     | 4 | 142750 | Audio, with Arc & Ember for lighting; four delay towers.
  RFP-0002 | Clearwater Audio         | shortlisted | 1 | 158200 | Audio and lighting from one house; trucks from Nashville.
  RFP-0002 | Bright Foundry Lighting  | declined    | 2 | 96300  | Lighting only.
  RFP-0003 | Signal Path Video        | submitted   | 8 | 88600  | Six cameras, captions by a partner, archive delivered within a week.
  RFP-0003 | Panorama LED             | submitted   | 7 | 102450 | Includes a spare switcher and a second encoder.
  RFP-0004 | Stagecraft West          | shortlisted | 6 | 124000 | Two nights hold with a crew of sixteen.
  RFP-0004 | Cascadia Deck & Roof     | submitted   | 1 | 118750 | Scenic by a partner in Oakland.
  RFP-0006 | Longhaul Staging Freight | declined    | 5 | 21300  | Tractor and relief driver.
  RFP-0007 | Threadbare Merch         | awarded     | 9 | 0      | No fee; 22 % of gross after tax to the artist.
`,
);

export function listDemoRfps(day: DayFrom) {
  const rfps = DEMO_RFPS.map(
    ({ project, due, zone, asks, ...rfp }): DemoRow => ({
      ...{ id: rfpId(rfp.number), project_id: requireDemoProject(project), ...rfp },
      ...{ due_at: wallTime(day(due), '17:00', zone), time_zone: zone, requires_insurance: asks.includes('insurance') },
      ...{ requires_w9: asks.includes('w9'), requires_nda: asks.includes('nda') },
    }),
  );
  const responses: DemoRow[] = [];
  const totals: DemoRow[] = [];
  for (const { rfp, vendor, state, before, total, summary } of RESPONSES) {
    const id = productionId('response', responses.length + 1);
    const { due = 0, zone = 'UTC' } = DEMO_RFPS.find(({ number }) => number === rfp) ?? {};
    const at = wallTime(day(due - Number(before)), '15:20', zone);
    responses.push({ id, rfp_id: rfpId(rfp), vendor_id: requireDemoVendor(vendor), state, submitted_at: at, summary });
    totals.push({ response_id: id, total: Number(total), currency: 'USD' });
  }
  return { rfps, responses, totals };
}

const rfpId = (number: string): string => idIn('rfp', DEMO_RFPS, 'number', number);
