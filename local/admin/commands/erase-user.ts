// Erases one person from one org.
import type { Command } from '../command.ts';
import { ERASE_NOTES, ERASE_OPTIONS, erase } from '../erase.ts';
import { requireOrg, requirePerson } from '../look-up.ts';
import { plain } from '../terminal.ts';

export const eraseUser: Command = {
  name: 'erase-user',
  summary: 'Erase a person from an organization, permanently',
  parameters: ['org', 'email|id'],
  options: ERASE_OPTIONS,
  notes: ERASE_NOTES,
  run: async function runEraseUser(context, { parameters: [slug = '', named = ''], values }) {
    const org = await requireOrg(context.database, slug);
    const person = await requirePerson(context.database, org, named);
    const what = `${plain(person.name)} <${plain(person.email)}>, ${person.isMember ? 'a member' : 'a former member'} of ${slug}`;
    return erase(context, { what, org, query: 'private.erase_person($1, $2)', ids: [org.id, person.id], values });
  },
};
