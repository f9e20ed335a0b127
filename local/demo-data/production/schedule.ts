// The schedules of Northlight Live: activities with their start, duration and dependencies.

import type { DemoRow } from '../demo-rows.ts';
import { readTable } from '../demo-table.ts';
import { type DayFrom, idIn } from './ids.ts';
import { requireDemoProject } from './projects.ts';

/** Starts are counted from the seeding day; 0 days is a milestone. A dependency is `key` (finish to start) or, for example, `key SS+2` (two days after its start). */
export const DEMO_ACTIVITIES = readTable(
  ['key', 'project', 'name', 'phase', 'who', 'start', 'days', 'percent', 'waitsFor'],
  `
  h-site     | HARBORLIGHT    | Site plan and capacity sign-off      | Design      | Callum Reid              | -30 | 9  | 100 |
  h-permit   | HARBORLIGHT    | Special event permit                 | Advance     | Callum Reid              | -28 | 14 | 100 |
  h-power-d  | HARBORLIGHT    | Power distribution design            | Design      | Kilowatt Power Systems   | -21 | 6  | 100 | h-site
  h-contract | HARBORLIGHT    | Main stage contract                  | Procurement | Sofia Marchetti          | -21 | 7  | 100 | h-site
  h-pa-c     | HARBORLIGHT    | PA and lighting contract             | Procurement | Sofia Marchetti          | -21 | 9  | 100 | h-site
  h-open     | HARBORLIGHT    | City hands over the site             | Build       | Callum Reid              | -6  | 0  | 100 | h-permit
  h-ground   | HARBORLIGHT    | Ground protection and roadway        | Build       | Groundwork Matting       | -5  | 3  | 100 | h-open
  h-fence    | HARBORLIGHT    | Perimeter fence and gates            | Build       | Fence & Field            | -4  | 4  | 100 | h-open
  h-stage    | HARBORLIGHT    | Main stage steel and roof            | Build       | Stagecraft West          | -2  | 5  | 45  | h-ground, h-contract
  h-second   | HARBORLIGHT    | Second stage                         | Build       | Stagecraft West          | -1  | 4  | 25  | h-ground, h-contract
  h-power    | HARBORLIGHT    | Generators and distribution          | Install     | Kilowatt Power Systems   | -2  | 4  | 60  | h-ground, h-power-d
  h-tower    | HARBORLIGHT    | Front of house and delay towers      | Install     | Stagecraft West          | 1   | 2  | 0   | h-stage SS+3
  h-cater    | HARBORLIGHT    | Catering and artist village          | Install     | Harbor Table Catering    | 1   | 3  | 0   | h-power
  h-rig      | HARBORLIGHT    | Rigging and motors                   | Install     | Anchorpoint Rigging      | 3   | 2  | 0   | h-stage
  h-toilet   | HARBORLIGHT    | Sanitation and water                 | Install     | Bluewater Sanitation     | 4   | 2  | 0   | h-fence
  h-pa       | HARBORLIGHT    | PA hang and system tuning            | Install     | Tidal Sound Rentals      | 5   | 2  | 0   | h-rig, h-power, h-tower, h-pa-c
  h-light    | HARBORLIGHT    | Lighting hang and focus              | Install     | Arc & Ember              | 5   | 1  | 0   | h-rig, h-power, h-pa-c
  h-video    | HARBORLIGHT    | LED wall                             | Install     | Victor Almeida           | 5   | 1  | 0   | h-rig, h-power
  h-post     | HARBORLIGHT    | Medical and security posts           | Install     | Andile Khumalo           | 6   | 2  | 0   | h-toilet
  h-inspect  | HARBORLIGHT    | Structural and fire inspection       | Install     | Callum Reid              | 7   | 1  | 0   | h-pa, h-light, h-video, h-second, h-tower
  h-line     | HARBORLIGHT    | Line check and rehearsal             | Operate     | Amara Diallo             | 8   | 1  | 0   | h-inspect
  h-brief    | HARBORLIGHT    | Radio check and safety briefing      | Operate     | Andile Khumalo           | 8   | 1  | 0   | h-post, h-cater
  h-days     | HARBORLIGHT    | Festival days                        | Operate     | Callum Reid              | 9   | 3  | 0   | h-line, h-brief
  h-strike   | HARBORLIGHT    | Strike and load-out                  | Close       | Stagecraft West          | 12  | 3  | 0   | h-days
  h-settle   | HARBORLIGHT    | Vendor settlement                    | Close       | Sofia Marchetti          | 12  | 4  | 0   | h-days
  h-back     | HARBORLIGHT    | Restoration and hand back            | Close       | Callum Reid              | 15  | 2  | 0   | h-strike
  g-design   | GLASS-HORIZONS | Show design                          | Design      | Lucia Ferrer             | -75 | 21 | 100 |
  g-buy      | GLASS-HORIZONS | Touring package under contract       | Procurement | Imani Okoye              | -54 | 14 | 100 | g-design
  g-adv-1    | GLASS-HORIZONS | Advance, east leg                    | Advance     | Priya Raman              | -40 | 18 | 100 | g-design
  g-prep     | GLASS-HORIZONS | Shop prep and pack                   | Build       | Clearwater Audio         | -40 | 12 | 100 | g-buy
  g-reh      | GLASS-HORIZONS | Production rehearsals                | Install     | Imani Okoye              | -28 | 10 | 100 | g-prep
  g-leg-1    | GLASS-HORIZONS | East leg: Boston to Nashville        | Operate     | Jonas Fjeld              | -12 | 10 | 100 | g-reh, g-adv-1
  g-adv-2    | GLASS-HORIZONS | Advance, Midwest leg                 | Advance     | Priya Raman              | -20 | 14 | 100 | g-adv-1
  g-leg-2    | GLASS-HORIZONS | Midwest leg: Chicago and Minneapolis | Operate     | Jonas Fjeld              | 1   | 5  | 0   | g-leg-1 FS+3, g-adv-2
  g-adv-3    | GLASS-HORIZONS | Advance, west leg                    | Advance     | Priya Raman              | -6  | 14 | 50  | g-adv-2
  g-leg-3    | GLASS-HORIZONS | West leg: Denver to Seattle          | Operate     | Jonas Fjeld              | 9   | 15 | 0   | g-leg-2 FS+3, g-adv-3
  g-home     | GLASS-HORIZONS | Return trucking and shop check-in    | Close       | Longhaul Staging Freight | 24  | 5  | 0   | g-leg-3
  g-settle   | GLASS-HORIZONS | Tour settlement                      | Close       | Jonas Fjeld              | 24  | 10 | 0   | g-leg-3
  x-brief    | HELIX-SUMMIT   | Creative brief approved              | Design      | Sofia Marchetti          | -14 | 0  | 100 |
  x-plan     | HELIX-SUMMIT   | Room plans and capacities            | Design      | Sofia Marchetti          | -12 | 16 | 70  | x-brief
  x-video    | HELIX-SUMMIT   | Select video vendor                  | Procurement | Sofia Marchetti          | -13 | 22 | 40  | x-brief
  x-scenic   | HELIX-SUMMIT   | Select staging and scenic            | Procurement | Sofia Marchetti          | -13 | 20 | 60  | x-brief
  x-build    | HELIX-SUMMIT   | Scenic build                         | Build       | Stagecraft West          | 10  | 20 | 0   | x-scenic, x-plan
  x-stream   | HELIX-SUMMIT   | Stream platform test                 | Advance     | Signal Path Video        | 16  | 8  | 0   | x-video
  x-load     | HELIX-SUMMIT   | Load-in, two nights                  | Install     | Sofia Marchetti          | 36  | 2  | 0   | x-build, x-stream
  x-reh      | HELIX-SUMMIT   | Speaker rehearsals                   | Install     | Yuki Tanabe              | 37  | 1  | 0   | x-load SS+1
  x-days     | HELIX-SUMMIT   | Summit days                          | Operate     | Yuki Tanabe              | 38  | 2  | 0   | x-load, x-reh
`,
);

/** The earliest day on which an activity can start, regardless of its dependencies. */
const NOT_BEFORE: Readonly<Record<string, number>> = { 'h-open': -6, 'g-leg-1': -12, 'x-load': 36 };

export const requireDemoActivity = (key: string): string => idIn('activity', DEMO_ACTIVITIES, 'key', key);

export function listDemoSchedule(day: DayFrom) {
  const activities: DemoRow[] = [];
  const dependencies: DemoRow[] = [];
  for (const { key, project, name, phase, who, start, days, percent, waitsFor } of DEMO_ACTIVITIES) {
    const id = requireDemoActivity(key);
    const project_id = requireDemoProject(project);
    const bound = NOT_BEFORE[key];
    activities.push({
      ...{ id, project_id, name, phase, responsible: who, planned_start: day(Number(start)) },
      ...{ duration_days: Number(days), percent_complete: Number(percent) },
      earliest_start: bound === undefined ? null : day(bound),
    });
    for (const one of waitsFor.split(', ').filter(Boolean)) {
      const [predecessor = '', kind = 'FS', lag = '0'] = one.split(/[ +]/);
      dependencies.push({
        ...{ project_id, predecessor_id: requireDemoActivity(predecessor), successor_id: id },
        ...{ kind, lag_days: Number(lag) },
      });
    }
  }
  return { activities, dependencies };
}
