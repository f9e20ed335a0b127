// An email that advances a show with its venue, its crew or a vendor: confirmed details and open questions.
import * as z from 'zod';
import { fitToPrompt } from '../../../templates/draft-prompt.ts';
import { choiceField, dayField, lineField, proseField, recordField } from '../../../templates/form-fields.ts';
import { defineTemplate } from '../../../templates/template.ts';
import { notThere, ofAnotherProject } from './refusals.ts';
import * as rows from './rows.ts';

const RECIPIENTS = { venue: 'The venue', crew: 'The crew', vendor: 'A vendor' } as const;

export const advancingEmail = defineTemplate({
  id: 'advancing-email',
  name: 'Advancing email',
  description: 'Advance a show with its venue, crew or a vendor: times, people, documents and open questions.',
  permissions: ['projects:read', 'shows:read'],
  form: z.strictObject({
    projectId: recordField('project', { label: 'Project' }),
    showId: recordField('show', { label: 'Show', within: 'projectId' }),
    recipient: choiceField(['venue', 'crew', 'vendor'], { label: 'Recipient', labels: RECIPIENTS }),
    vendorId: recordField('vendor', {
      label: 'Vendor',
      within: 'projectId',
      hint: 'Required when the recipient is a vendor.',
    }).optional(),
    replyBy: dayField({ label: 'Reply by' }).optional(),
    signedBy: lineField({ label: 'Signed by', hint: 'Defaults to you.' }).optional(),
    notes: proseField({ label: 'Notes', hint: 'Open questions or phone agreements.' }).optional(),
  }),
  prompt: [
    'An email. Start with the line "Subject: " with the show, its city and day; then a greeting to the recipient’s contact by name, or [missing: contact name].',
    'Then, under short headings: the day and its times (load-in, doors, show, end) as a table with the time zone; the venue (address, capacity, contact); the people on site with role, call time and phone; the vendors and their services; deliverables with state and due date, overdue ones first; what we need from the recipient, as a list.',
    'For the venue: crew and vendors by role. For the crew: call times first. For a vendor: their own service, and their documents (W-9, insurance) if missing or expired. Close with the reply-by date if there is one, and the name of the person signing: the user, unless another name is given.',
  ].join('\n'),
  gather: async (input, tenant) => {
    const [project, show] = await Promise.all([
      rows.readProject(tenant, input.projectId),
      rows.readShow(tenant, input.showId),
    ]);
    if ('refused' in project) return notThere('projectId', 'project');
    if ('refused' in show) return notThere('showId', 'show');
    if (show.row.projectId !== project.row.id) return ofAnotherProject('showId', 'show');
    const vendor = input.vendorId === undefined ? null : await rows.readVendor(tenant, input.vendorId);
    if (vendor && 'refused' in vendor) return notThere('vendorId', 'vendor');
    const [crew, vendors, deliverables] = await Promise.all([
      rows.readCrew(tenant, { showId: show.row.id }),
      vendor ? vendor.listed : rows.readVendors(tenant, { projectId: project.row.id }),
      rows.readDeliverables(tenant, { showId: show.row.id }),
    ]);
    return {
      refused: false,
      title: show.row.name,
      ...fitToPrompt(rows.together(project.listed, show.listed, vendors, deliverables, crew)),
      named: {
        [project.row.id]: project.row.name,
        [show.row.id]: show.row.name,
        ...(vendor && { [vendor.row.id]: vendor.row.name }),
      },
      programId: project.row.id,
      designId: show.row.id,
    };
  },
});
