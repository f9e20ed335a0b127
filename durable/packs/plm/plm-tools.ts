// The pack's tools, in the order that models receive them.
import type { Tool } from '../../tools/tool.ts';
import { analyzeChangeImpact } from './tools/analyze-change-impact.ts';
import { createChangeOrder } from './tools/create-change-order.ts';
import { createItem } from './tools/create-item.ts';
import { createRelationship } from './tools/create-relationship.ts';
import { getBom } from './tools/get-bom.ts';
import { getItemDetails } from './tools/get-item-details.ts';
import { getWhereUsed } from './tools/get-where-used.ts';
import { initiateCollaborativeDesign } from './tools/initiate-collaborative-design.ts';
import { offerNavigation } from './tools/offer-navigation.ts';
import { searchDesigns } from './tools/search-designs.ts';
import { searchItems } from './tools/search-items.ts';
import { searchPrograms } from './tools/search-programs.ts';
import { transitionItemState } from './tools/transition-item-state.ts';
import { updateItem } from './tools/update-item.ts';

export const SEARCH_TOOLS: readonly Tool[] = [
  searchItems,
  getItemDetails,
  offerNavigation,
  searchPrograms,
  searchDesigns,
];

export const PLM_TOOLS: readonly Tool[] = [
  searchItems,
  getItemDetails,
  getBom,
  getWhereUsed,
  analyzeChangeImpact,
  offerNavigation,
  searchPrograms,
  searchDesigns,
  createItem,
  updateItem,
  createRelationship,
  transitionItemState,
  createChangeOrder,
  initiateCollaborativeDesign,
];
