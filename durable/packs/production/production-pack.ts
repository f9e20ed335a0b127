// Live production data: projects, shows, crew, vendors, schedules, RFPs, incidents, deliverables.
import { holdsAny, type Pack } from '../pack.ts';
import { findInView } from './in-view.ts';
import { productionPrompt } from './knowledge.ts';
import { PRODUCTION_TOOLS, SEARCH_TOOLS } from './production-tools.ts';
import { RESOURCES } from './resources.ts';

export const productionPack: Pack = {
  id: 'production',
  isFor: (access) => holdsAny(access, RESOURCES),
  tools: (mode) => (mode === 'search' ? SEARCH_TOOLS : PRODUCTION_TOOLS),
  findInView,
  prompt: productionPrompt,
};
