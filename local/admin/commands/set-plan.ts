// Changes an org's plan, allowance or extra models. The Worker applies it within half a minute.
import { MODELS } from '../../../durable/providers/models/models.ts';
import { recordAuditEvent } from '../audit-events.ts';
import type { Command } from '../command.ts';
import { requireOrg, requirePlan } from '../look-up.ts';
import { limitOf, listOf } from '../options.ts';
import { inTransaction } from '../transaction.ts';

type Terms = { readonly plan: string; readonly tokenAllowance: string | null; readonly extraModels: readonly string[] };

export const setPlan: Command = {
  name: 'set-plan',
  summary: 'Change an organization’s plan, token allowance or extra models',
  parameters: ['slug', 'plan'],
  options: {
    allowance: {
      type: 'string',
      value: 'N|none',
      help: 'Tokens per UTC month instead of the plan’s; none: use the plan’s',
    },
    'extra-models': {
      type: 'string',
      multiple: true,
      value: 'ID,…|none',
      help: 'Models in addition to the plan’s; replaces the current list',
    },
  },
  notes: ['Options that are left out keep their values. A change applies within half a minute.'],
  run: async function runSetPlan({ database }, { parameters: [slug = '', plan = ''], values }) {
    const allowance = limitOf(values, 'allowance');
    const given = listOf(values, 'extra-models');
    const extraModels = given?.length === 1 && given[0] === 'none' ? [] : given;
    const unlisted = (extraModels ?? []).filter((model) => !MODELS.some(({ id }) => id === model));
    const org = await requireOrg(database, slug);
    const { before, after } = await inTransaction(database, async () => {
      await requirePlan(database, plan);
      const SELECT = `select plan, token_allowance as "tokenAllowance", extra_models as "extraModels" from orgs where id = $1`;
      const [old] = (await database.query<Terms>(`${SELECT} for update`, [org.id])).rows;
      await database.query(
        `update orgs set plan = $2, token_allowance = case when $3 then $4::bigint else token_allowance end,
           extra_models = coalesce($5::text[], extra_models) where id = $1`,
        [org.id, plan, allowance !== undefined, allowance ?? null, extraModels ?? null],
      );
      const [now] = (await database.query<Terms>(SELECT, [org.id])).rows;
      if (JSON.stringify(old) !== JSON.stringify(now))
        await recordAuditEvent(database, org.id, 'settings.changed', { area: 'plan', before: old, after: now });
      return { before: old, after: now };
    });
    return {
      lines: [
        `${slug} was ${termsOf(before)}`,
        `${slug} is  ${termsOf(after)}`,
        ...unlisted.map(
          (model) => `${model} has no listed price: it costs as much as its provider’s most expensive model`,
        ),
      ],
      json: { slug, before, after },
    };
  },
};

function termsOf(terms: Terms | undefined): string {
  if (!terms) return 'unknown';
  const tokens = terms.tokenAllowance === null ? 'the plan’s tokens' : `${terms.tokenAllowance} tokens a month`;
  const models = terms.extraModels.length === 0 ? 'no extra models' : `also ${terms.extraModels.join(', ')}`;
  return `${terms.plan}, ${tokens}, ${models}`;
}
