// Exports all data of an org.
import type { Command } from '../command.ts';
import { exportParts } from '../export.ts';
import { partsOfOrg } from '../export-tables.ts';
import { requireOrg } from '../look-up.ts';
import { textOf, wrong } from '../options.ts';

export const EXPORT_OPTIONS = {
  out: { type: 'string', value: 'DIR', help: 'A new folder for the files (required)' },
} as const;

export const EXPORT_NOTES = [
  'Holds what has reached Postgres; an answer gets there within a minute of its end. Secrets are left out: keys and what',
  'opens an invitation.',
];

export const exportOrg: Command = {
  name: 'export-org',
  summary: 'Export all data of an organization, as NDJSON with a manifest',
  parameters: ['slug'],
  options: EXPORT_OPTIONS,
  notes: EXPORT_NOTES,
  run: async function runExportOrg({ database, path, say }, { parameters: [slug = ''], values }) {
    const out = textOf(values, 'out');
    if (out === undefined) throw wrong('--out is required: a new folder for the files');
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
