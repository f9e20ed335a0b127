// The e-mail in which a show is advanced with its venue, its crew or a vendor: what is agreed, and what is still to be told.
import { z } from 'zod';
import { choiceField, dayField, lineField, proseField, recordField } from '../../../templates/form-fields.ts';
import { fitToPrompt } from '../../../templates/gather-lists.ts';
import { defineTemplate } from '../../../templates/template.ts';
import { notThere, ofAnotherProject } from './refusals.ts';
import * as rows from './rows.ts';

const RECIPIENTS = { venue: 'The venue', crew: 'The crew', vendor: 'A vendor' } as const;

export const advancingEmail = defineTemplate({
  id: 'advancing-email',
  name: 'Advancing email',
  description: 'Advance a show with its venue, crew or a vendor: times, people, papers, and what is still open.',
  permissions: ['projects:read', 'shows:read'],
  form: z.strictObject({
    projectId: recordField('project', { label: 'Project' }),
    showId: recordField('show', { label: 'Show', within: 'projectId' }),
    recipient: choiceField(['venue', 'crew', 'vendor'], { label: 'Who it goes to', labels: RECIPIENTS }),
    vendorId: recordField('vendor', {
      ...{ label: 'Vendor', within: 'projectId', hint: 'Where it goes to a vendor.' },
    }).optional(),
    replyBy: dayField({ label: 'Reply by' }).optional(),
    signedBy: lineField({ label: 'Signed by', hint: 'You, where it is left empty.' }).optional(),
    notes: proseField({ label: 'To mention', hint: 'Questions, or what was agreed on the phone.' }).optional(),
  }),
  prompt: [
    'An e-mail. First the line "Subject: " with the show, its city and day; then a greeting to the contact of the recipient by name, or [missing: contact name].',
    'Then, under short headings: the day and its times (load-in, doors, show, end) as a table with the zone; the venue (address, capacity, contact); the people on site with role, call time and phone; the vendors and what they do; deliverables with state and due day, overdue ones first; what we need from the recipient, as a list.',
    'For the venue: crew and vendors by role. For the crew: call times first. For a vendor: their own service, and their papers (W-9, insurance) where missing or expired. Close with the reply-by day where one is given, and the name of who signs: the person who drafts, where nobody else is named.',
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
