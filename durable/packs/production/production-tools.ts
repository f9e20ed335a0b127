// The pack's tools, in the order that models receive them.
import type { Tool } from '../../tools/tool.ts';
import { getProject } from './tools/get-project.ts';
import { getSchedule } from './tools/get-schedule.ts';
import { listCrew } from './tools/list-crew.ts';
import { listDeliverables } from './tools/list-deliverables.ts';
import { listIncidents } from './tools/list-incidents.ts';
import { listRfps } from './tools/list-rfps.ts';
import { listShows } from './tools/list-shows.ts';
import { listVendors } from './tools/list-vendors.ts';
import { offerNavigation } from './tools/offer-navigation.ts';
import { searchProjects } from './tools/search-projects.ts';

export const SEARCH_TOOLS: readonly Tool[] = [searchProjects, listShows, listCrew, listVendors, offerNavigation];

export const PRODUCTION_TOOLS: readonly Tool[] = [
  searchProjects,
  getProject,
  listShows,
  listCrew,
  listVendors,
  getSchedule,
  listRfps,
  listIncidents,
  listDeliverables,
  offerNavigation,
];
