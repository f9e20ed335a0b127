// Exports one person's data in an org.
import type { Command } from '../command.ts';
import { exportParts } from '../export.ts';
import { partsOfPerson } from '../export-tables.ts';
import { requireOrg, requirePerson } from '../look-up.ts';
import { textOf, wrong } from '../options.ts';
import { EXPORT_NOTES, EXPORT_OPTIONS } from './export-org.ts';

export const exportUser: Command = {
  name: 'export-user',
  summary: 'Export a person’s data in an organization, as NDJSON with a manifest',
  parameters: ['org', 'email|id'],
  options: EXPORT_OPTIONS,
  notes: EXPORT_NOTES,
  run: async function runExportUser({ database, path, say }, { parameters: [slug = '', named = ''], values }) {
    const out = textOf(values, 'out');
    if (out === undefined) throw wrong('--out is required: a new folder for the files');
    const org = await requireOrg(database, slug);
    const person = await requirePerson(database, org, named);
    const dir = path(out);
    const parts = await partsOfPerson(database, org.id, person);
    const what = { org: slug, orgId: org.id, userId: person.id, email: person.email };
    const manifest = await exportParts(database, { dir, what, parts, say });
    const rows = manifest.files.reduce((sum, file) => sum + file.rows, 0);
    return {
      lines: [`${rows} rows in ${manifest.files.length} files, manifest.json last, in ${dir}`],
      json: { dir, ...manifest },
    };
  },
};
