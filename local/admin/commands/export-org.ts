// Exports all that an org has.
import type { Command } from '../command.ts';
import { exportParts } from '../export.ts';
import { partsOfOrg } from '../export-tables.ts';
import { requireOrg } from '../find-org.ts';
import { textOf, wrong } from '../options.ts';

export const EXPORT_OPTIONS = {
  out: { type: 'string', value: 'DIR', help: 'A new folder for the files; needed' },
} as const;

export const EXPORT_NOTES = [
  'Holds what has reached Postgres; an answer gets there within a minute of its end. Secrets are left out: keys and what',
  'opens an invitation.',
];

export const exportOrg: Command = {
  name: 'export-org',
  summary: 'Export all that an organisation has, as NDJSON with a manifest',
  parameters: ['slug'],
  options: EXPORT_OPTIONS,
  notes: EXPORT_NOTES,
  run: async function runExportOrg({ database, path, say }, { parameters: [slug = ''], values }) {
    const out = textOf(values, 'out');
    if (out === undefined) throw wrong('--out is needed: a new folder for the files');
    const org = await requireOrg(database, slug);
    const dir = path(out);
    const parts = await partsOfOrg(database, org.id);
    const manifest = await exportParts(database, { dir, what: { org: slug, orgId: org.id }, parts, say });
    const rows = manifest.files.reduce((sum, file) => sum + file.rows, 0);
    return {
      lines: [`${rows} rows in ${manifest.files.length} files, manifest.json last, in ${dir}`],
      json: { dir, ...manifest },
    };
  },
};
