// A request for proposals to vendors: what is wanted, for which days and places, and what an offer must bring.
import { z } from 'zod';
import { choiceField, dayField, proseField, recordField } from '../../../templates/form-fields.ts';
import { fitToPrompt } from '../../../templates/gather-lists.ts';
import { defineTemplate } from '../../../templates/template.ts';
import { vendorCategory } from '../fields.ts';
import { notThere, ofAnotherProject } from './refusals.ts';
import * as rows from './rows.ts';

export const vendorRfp = defineTemplate({
  id: 'vendor-rfp',
  name: 'Vendor RFP',
  description: 'Ask vendors for proposals: scope, days and places, deliverables, papers, and when answers are due.',
  permissions: ['projects:read', 'rfps:read'],
  form: z.strictObject({
    projectId: recordField('project', { label: 'Project' }),
    rfpId: recordField('rfp', {
      ...{ label: 'RFP on record', within: 'projectId', hint: 'Its scope, deliverables and due day are taken over.' },
    }).optional(),
    category: choiceField(vendorCategory.options as [string, ...string[]], { label: 'Category' }).optional(),
    vendorId: recordField('vendor', { label: 'Addressed to', hint: 'One vendor; else it is for any.' }).optional(),
    scope: proseField({ label: 'Scope', hint: 'What is wanted, where the record does not say it.' }).optional(),
    dueOn: dayField({ label: 'Answers due' }).optional(),
  }),
  prompt: [
    'A request for proposals. A title with the RFP’s number where there is one, the project and the client; whom it is addressed to.',
    'Sections: Project (what it is, days, client); Scope of work; Dates and places (a table of the shows with local times, venue, city and capacity); Deliverables; What a proposal must contain (price and its breakdown, crew, equipment, references); Papers required (insurance, W-9, NDA: only those that the RFP asks for; name what the addressed vendor has on file and what is missing or expired); How to answer, and by when.',
    'Say nothing of other vendors, of their offers, or of the budget.',
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
