// A request for proposals to vendors: what is wanted, for which days and places, and what an offer must bring.
import * as z from 'zod';
import { fitToPrompt } from '../../../templates/draft-prompt.ts';
import { choiceField, dayField, proseField, recordField } from '../../../templates/form-fields.ts';
import { defineTemplate } from '../../../templates/template.ts';
import { vendorCategory } from '../fields.ts';
import { notThere, ofAnotherProject } from './refusals.ts';
import * as rows from './rows.ts';

export const vendorRfp = defineTemplate({
  id: 'vendor-rfp',
  name: 'Vendor RFP',
  description:
    'Ask vendors for proposals: scope, dates and places, deliverables, required documents, and the due date.',
  permissions: ['projects:read', 'rfps:read'],
  form: z.strictObject({
    projectId: recordField('project', { label: 'Project' }),
    rfpId: recordField('rfp', {
      label: 'RFP on record',
      within: 'projectId',
      hint: 'Its scope, deliverables and due date are used.',
    }).optional(),
    category: choiceField(vendorCategory.options as [string, ...string[]], { label: 'Category' }).optional(),
    vendorId: recordField('vendor', { label: 'Addressed to', hint: 'Leave empty to address any vendor.' }).optional(),
    scope: proseField({ label: 'Scope', hint: 'Details missing from the record.' }).optional(),
    dueOn: dayField({ label: 'Responses due' }).optional(),
  }),
  prompt: [
    'A request for proposals. A title with the RFP’s number if it has one, the project and the client; then the addressee.',
    'Sections: Project (what it is, days, client); Scope of work; Dates and places (a table of the shows with local times, venue, city and capacity); Deliverables; What a proposal must contain (price with breakdown, crew, equipment, references); Required documents (insurance, W-9, NDA: only those the RFP requires; state what the addressed vendor has on file and what is missing or expired); How to respond, and by when.',
    'Do not mention other vendors, their offers, or the budget.',
  ].join('\n'),
  gather: async (input, tenant) => {
    const project = await rows.readProject(tenant, input.projectId);
    if ('refused' in project) return notThere('projectId', 'project');
    const rfp = input.rfpId === undefined ? null : await rows.readRfp(tenant, input.rfpId);
    if (rfp && 'refused' in rfp) return notThere('rfpId', 'RFP');
    if (rfp && rfp.row.projectId !== project.row.id) return ofAnotherProject('rfpId', 'RFP');
    const vendor = input.vendorId === undefined ? null : await rows.readVendor(tenant, input.vendorId);
    if (vendor && 'refused' in vendor) return notThere('vendorId', 'vendor');
    const shows = await rows.readShows(tenant, project.row.id);
    return {
      refused: false,
      title: rfp ? `${rfp.row.number} ${rfp.row.title}` : project.row.name,
      ...fitToPrompt(
        rows.together(rows.withoutMoney(project.listed), rfp?.listed ?? rows.NONE, vendor?.listed ?? rows.NONE, shows),
      ),
      named: {
        [project.row.id]: project.row.name,
        ...(rfp && { [rfp.row.id]: `${rfp.row.number} ${rfp.row.title}` }),
        ...(vendor && { [vendor.row.id]: vendor.row.name }),
      },
      programId: project.row.id,
      designId: null,
    };
  },
});
