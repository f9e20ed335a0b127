// Erases an org and all its data.
import type { Command } from '../command.ts';
import { ERASE_NOTES, ERASE_OPTIONS, erase } from '../erase.ts';
import { requireOrg } from '../look-up.ts';
import { plain } from '../terminal.ts';

export const eraseOrg: Command = {
  name: 'erase-org',
  summary: 'Erase an organization and all its data, permanently',
  parameters: ['slug'],
  options: ERASE_OPTIONS,
  notes: ERASE_NOTES,
  run: async function runEraseOrg(context, { parameters: [slug = ''], values }) {
    const org = await requireOrg(context.database, slug);
    const what = `the org ${slug} (${plain(org.name)})`;
    return erase(context, { what, org, query: 'private.erase_org($1)', ids: [org.id], values });
  },
};
