// The field schemas of the tools' inputs and of the model's knowledge of live production. The database has the same lists; a
// test compares them.
import * as z from 'zod';
import { line } from '../text-fields.ts';

export const projectId = line(200).describe('Project ID, code or name');
/** A model that only has a city finds the show with `list_shows`. */
export const showId = line(200).describe('Show ID, or its name');

export const query = (description: string) => line(200).describe(description);
export const limit = z.int().min(1).max(50).default(20).describe('Maximum number of results, 1 to 50');
export const label = line(80);
/** A record by id, or by the code, number or name that users know it by. */
export const reference = (description: string) => line(200).describe(description);

export const phase = z.enum(['Discovery', 'Design', 'Advance', 'Procurement', 'Build', 'Install', 'Operate', 'Close']);
export const projectState = z.enum(['draft', 'active', 'paused', 'archived', 'complete']);
export const showState = z.enum(['draft', 'scheduled', 'live', 'complete', 'cancelled']);
export const when = z.enum(['upcoming', 'past']);

export const department = z.enum([
  'Production',
  'Stage',
  'Audio',
  'Lighting',
  'Video',
  'Rigging',
  'Backline',
  'Staging',
  'Hospitality',
  'Transport',
  'Security',
  'Medical',
]);

export const vendorCategory = z.enum([
  'Audio',
  'Lighting',
  'Video',
  'Rigging',
  'Staging',
  'Backline',
  'Trucking',
  'Travel',
  'Catering',
  'Power',
  'Security',
  'Medical',
  'Labor',
  'Sanitation',
  'Special effects',
  'Site services',
  'Merchandise',
]);
export const vendorIssue = z.enum([
  'w9_missing',
  'insurance_missing',
  'insurance_expired',
  'insurance_expiring',
  'email_missing',
]);

export const rfpState = z.enum(['draft', 'sent', 'closed', 'awarded', 'cancelled']);

export const severity = z.enum(['near_miss', 'minor', 'major', 'critical']);
export const incidentState = z.enum(['open', 'investigating', 'resolved', 'closed']);

export const deliverableKind = z.enum([
  'technical_rider',
  'hospitality_rider',
  'input_list',
  'stage_plot',
  'lighting_plot',
  'rigging_plot',
  'site_plan',
  'power_plan',
  'safety_plan',
  'run_of_show',
  'guest_list',
  'permit',
  'other',
]);
export const deliverableState = z.enum(['open', 'in_progress', 'in_review', 'approved', 'delivered']);
