// The templates of this pack, in the order in which they are listed. To add one: its file, and a line here.
import type { PackTemplates } from '../../../templates/template.ts';
import { advancingEmail } from './advancing-email.ts';
import { findChoices } from './choices.ts';
import { incidentSummary } from './incident-summary.ts';
import { productionSchedule } from './production-schedule.ts';
import { vendorRfp } from './vendor-rfp.ts';

export const PRODUCTION_TEMPLATES: PackTemplates = {
  templates: [advancingEmail, vendorRfp, incidentSummary, productionSchedule],
  findChoices,
};
