// Changes the catalog of models for one organization or all of them: prices, limits, plans, ends, new models. The Worker applies it
// within half a minute. Every change is in the audit log, so that each charge can be derived again.
import { readFileSync } from 'node:fs';
import { findOverrideProblems } from '../../../durable/providers/models/model-overrides.ts';
import { dayOf } from '../../../durable/providers/models/price-lists.ts';
import { recordAuditEvent } from '../audit-events.ts';
import { AdminError, type Command } from '../command.ts';
import { requireOrg } from '../look-up.ts';
import { wrong } from '../options.ts';
import { inTransaction } from '../transaction.ts';

type Row = { readonly id: string; readonly slug: string; readonly overrides: unknown[]; readonly isOther: boolean };

export const setModels: Command = {
  name: 'set-models',
  summary: 'Change prices, limits and ends of models, or add models, without a release',
  parameters: ['file', '[slug]'],
  options: {},
  notes: [
    'The file is a JSON list of overrides, in place of the current ones; `none` removes them. Without a slug, it applies to every organization.',
    'docs/provider-settings.md shows an example. A price that was in effect must stay in the list.',
  ],
  run: async function runSetModels({ database, path }, { parameters: [file = '', slug] }) {
    const given = file === 'none' ? [] : readOverrides(path(file));
    const only = slug === undefined ? null : (await requireOrg(database, slug)).id;
    const changed = await inTransaction(database, async () => {
      const { rows } = await database.query<Row>(
        `select id, slug, model_overrides as overrides, model_overrides <> $2::jsonb as "isOther"
         from orgs where ($1::uuid is null or id = $1) order by slug for update`,
        [only, JSON.stringify(given)],
      );
      for (const { slug: name, overrides } of rows) {
        const problems = findOverrideProblems(given, overrides, dayOf(Date.now()));
        if (problems.length > 0)
          throw new AdminError(`nothing was changed, because of ${name}: ${problems.join('; ')}`);
      }
      const differing = rows.filter(({ isOther }) => isOther);
      for (const { id, overrides } of differing) {
        await database.query('update orgs set model_overrides = $2 where id = $1', [id, JSON.stringify(given)]);
        await recordAuditEvent(database, id, 'settings.changed', { area: 'models', before: overrides, after: given });
      }
      return differing.map((row) => row.slug);
    });
    return {
      lines: changed.length === 0 ? ['nothing to change'] : changed.map((name) => `changed the models of ${name}`),
      json: { changed, overrides: given },
    };
  },
};

function readOverrides(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw wrong(`${file} can’t be read as JSON: ${error instanceof Error ? error.message : 'unknown error'}`);
  }
}
