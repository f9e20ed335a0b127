// The vendors of Northlight Live: twenty-five, some with missing or expired documents, and their services by project.

import type { DemoRow } from '../demo-rows.ts';
import { numberOrNull, orNull, readTable } from '../demo-table.ts';
import { type DayFrom, idIn } from './ids.ts';
import { requireDemoProject } from './projects.ts';

/** The number of days since the W-9 was received, and until the insurance expires. */
export const DEMO_VENDORS = readTable(
  ['name', 'category', 'contact', 'email', 'phone', 'city', 'w9', 'insurance'],
  `
  Clearwater Audio           | Audio           | Nadia Brandt   | quotes@clearwateraudio.example   | +1 615 555 0151 | Nashville     | 210 | 160
  Tidal Sound Rentals        | Audio           | Joel Whitaker  | joel@tidalsound.example          | +1 619 555 0152 | San Diego     | 95  | 240
  Bright Foundry Lighting    | Lighting        | Carmen Ibarra  | carmen@brightfoundry.example     | +1 323 555 0153 | Los Angeles   | 300 | 21
  Arc & Ember                | Lighting        | Stellan Vik    | hello@arcember.example           | +1 619 555 0154 | San Diego     | 40  | 330
  Panorama LED               | Video           | Grace Oyelaran | rentals@panoramaled.example      | +1 212 555 0155 | New York      | 180 | 75
  Signal Path Video          | Video           | Ty Nakamura    | ty@signalpath.example            | +1 415 555 0156 | San Francisco | 20  | 280
  High Steel Rigging         | Rigging         | Moira Keane    | dispatch@highsteel.example       | +1 312 555 0157 | Chicago       | 150 | -14
  Anchorpoint Rigging        | Rigging         | Devin Marsh    | devin@anchorpoint.example        | +1 619 555 0158 | San Diego     | 60  | 190
  Stagecraft West            | Staging         | Paula Winters  | bids@stagecraftwest.example      | +1 619 555 0159 | San Diego     | 120 | 110
  Cascadia Deck & Roof       | Staging         | Roy Tennant    | roy@cascadiadeck.example         | +1 206 555 0160 | Seattle       |     | 95
  Backline Union             | Backline        | Fern Doyle     | orders@backlineunion.example     | +1 323 555 0161 | Los Angeles   | 400 | 45
  Longhaul Staging Freight   | Trucking        | Gil Sutter     | dispatch@longhaul.example        | +1 615 555 0162 | Nashville     | 260 | 300
  Five Star Coaches          | Travel          | Renee Abbott   | charters@fivestarcoaches.example | +1 615 555 0163 | Nashville     | 200 | -60
  Harbor Table Catering      | Catering        | Monique Lavoie | events@harbortable.example       | +1 619 555 0164 | San Diego     | 80  | 150
  Green Fork Tour Catering   | Catering        | Abel Torres    |                                  | +1 312 555 0165 | Chicago       | 130 | 210
  Kilowatt Power Systems     | Power           | Astrid Moen    | astrid@kilowattpower.example     | +1 619 555 0166 | San Diego     | 70  | 5
  Voltline Generators        | Power           | Craig Dunne    | craig@voltline.example           | +1 303 555 0167 | Denver        |     |
  Sentry Event Security      | Security        | Malik Johnson  | ops@sentryevents.example         | +1 619 555 0168 | San Diego     | 220 | 260
  Steady Hands Event Medical | Medical         | Joyce Lindell  | joyce@steadyhands.example        | +1 619 555 0169 | San Diego     | 90  | 180
  Local Hands Labor          | Labor           | Rico Vance     | calls@localhands.example         | +1 303 555 0170 | Denver        | 310 | 66
  Bluewater Sanitation       | Sanitation      | Toni Marsh     | toni@bluewatersan.example        | +1 619 555 0171 | San Diego     | 50  | 140
  Cold Spark Effects         | Special effects | Iris Volkov    | iris@coldspark.example           | +1 702 555 0172 | Las Vegas     | 35  | -2
  Fence & Field              | Site services   | Owen Pratt     | owen@fencefield.example          | +1 619 555 0173 | San Diego     | 65  | 205
  Groundwork Matting         | Site services   |                | hire@groundworkmatting.example   | +1 619 555 0174 | San Diego     | 58  | 175
  Threadbare Merch           | Merchandise     | Sasha Greene   | sasha@threadbare.example         |                 | Los Angeles   | 15  | 365
`,
);

const SERVICES = readTable(
  ['project', 'vendor', 'service'],
  `
  GLASS-HORIZONS | Clearwater Audio           | Touring PA and monitors
  GLASS-HORIZONS | Bright Foundry Lighting    | Touring lighting package
  GLASS-HORIZONS | Panorama LED               | LED wall and camera package
  GLASS-HORIZONS | High Steel Rigging         | Motors and rigging steel
  GLASS-HORIZONS | Backline Union             | Backline
  GLASS-HORIZONS | Longhaul Staging Freight   | Five trucks
  GLASS-HORIZONS | Five Star Coaches          | Two crew buses
  GLASS-HORIZONS | Green Fork Tour Catering   | Catering, Midwest leg
  GLASS-HORIZONS | Local Hands Labor          | Stagehands in Denver
  GLASS-HORIZONS | Cold Spark Effects         | Cold spark machines
  GLASS-HORIZONS | Threadbare Merch           | Tour merchandise
  HARBORLIGHT    | Stagecraft West            | Main stage and roof
  HARBORLIGHT    | Tidal Sound Rentals        | PA, both stages
  HARBORLIGHT    | Arc & Ember                | Lighting, both stages
  HARBORLIGHT    | Anchorpoint Rigging        | Rigging
  HARBORLIGHT    | Kilowatt Power Systems     | Generators and distribution
  HARBORLIGHT    | Fence & Field              | Perimeter fence and gates
  HARBORLIGHT    | Groundwork Matting         | Ground protection
  HARBORLIGHT    | Bluewater Sanitation       | Toilets and water
  HARBORLIGHT    | Sentry Event Security      | Security and crowd management
  HARBORLIGHT    | Steady Hands Event Medical | Medical posts
  HARBORLIGHT    | Harbor Table Catering      | Crew and artist catering
  HELIX-SUMMIT   | Signal Path Video          | Live stream and cameras
  OLD-MILL       | Tidal Sound Rentals        | PA
  OLD-MILL       | Voltline Generators        | Generator
`,
);

export const requireDemoVendor = (name: string): string => idIn('vendor', DEMO_VENDORS, 'name', name);

export function listDemoVendors(day: DayFrom) {
  const vendors = DEMO_VENDORS.map((vendor): DemoRow => {
    const [w9, insurance] = [numberOrNull(vendor.w9), numberOrNull(vendor.insurance)];
    return {
      ...{ id: requireDemoVendor(vendor.name), name: vendor.name, category: vendor.category, city: vendor.city },
      ...{ contact_name: orNull(vendor.contact), email: orNull(vendor.email), phone: orNull(vendor.phone) },
      w9_received_on: w9 === null ? null : day(-w9),
      coi_expires_on: insurance === null ? null : day(insurance),
    };
  });
  const services = SERVICES.map(
    ({ project, vendor, service }): DemoRow => ({
      ...{ project_id: requireDemoProject(project), vendor_id: requireDemoVendor(vendor), service },
    }),
  );
  return { vendors, services };
}
