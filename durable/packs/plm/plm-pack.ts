// Product lifecycle data: programs, designs, items and change orders.
import { holdsAny, type Pack } from '../pack.ts';
import { findInView } from './in-view.ts';
import { plmPrompt } from './knowledge.ts';
import { PLM_TOOLS, SEARCH_TOOLS } from './plm-tools.ts';
import { findSharedPlace } from './shared-place.ts';

const RESOURCES = ['parts', 'programs', 'designs', 'change_orders', 'tasks'];

export const plmPack: Pack = {
  id: 'plm',
  isFor: (access) => holdsAny(access, RESOURCES),
  tools: (mode) => (mode === 'search' ? SEARCH_TOOLS : PLM_TOOLS),
  findInView,
  findShared: findSharedPlace,
  prompt: plmPrompt,
};
