// Changes an org's plan, or what it has besides it. Rights pick it up within half a minute, in the Worker everywhere.
import { MODELS } from '../../../durable/providers/models.ts';
import type { Command } from '../command.ts';
import { noteFact } from '../facts.ts';
import { requireOrg } from '../find-org.ts';
import { limitOf, listOf, wrong } from '../options.ts';
import { requirePlan } from '../plans.ts';
import { inTransaction } from '../transaction.ts';

type Terms = { readonly plan: string; readonly tokenAllowance: string | null; readonly extraModels: readonly string[] };

export const setPlan: Command = {
  name: 'set-plan',
  summary: 'Change an organisation’s plan, its own allowance and its further models',
  parameters: ['slug', 'plan'],
  options: {
    allowance: {
      type: 'string',
      value: 'N|none',
      help: 'Tokens of a UTC month in place of the plan’s; none: as the plan has it',
    },
    'extra-models': {
      type: 'string',
      multiple: true,
      value: 'ID,…|none',
      help: 'Models beyond the plan’s, in place of those it had',
    },
  },
  notes: ['What is not named stays as it is. Conversations notice within half a minute.'],
  run: async function runSetPlan({ database }, { parameters: [slug = '', plan = ''], values }) {
    const allowance = limitOf(values, 'allowance');
    const given = listOf(values, 'extra-models');
    const extraModels = given?.length === 1 && given[0] === 'none' ? [] : given;
    const unknown = extraModels?.find((model) => !MODELS.some(({ id }) => id === model));
    if (unknown !== undefined)
      throw wrong(`there is no model ${unknown}; there are ${MODELS.map(({ id }) => id).join(', ')}`);
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
        await noteFact(database, org.id, 'settings.changed', { area: 'plan', before: old, after: now });
      return { before: old, after: now };
    });
    return {
      lines: [`${slug} was ${termsOf(before)}`, `${slug} is  ${termsOf(after)}`],
      json: { slug, before, after },
    };
  },
};

function termsOf(terms: Terms | undefined): string {
  if (!terms) return 'unknown';
  const tokens =
    terms.tokenAllowance === null ? 'tokens as the plan has them' : `${terms.tokenAllowance} tokens a month`;
  const models = terms.extraModels.length === 0 ? 'no further models' : `also ${terms.extraModels.join(', ')}`;
  return `${terms.plan}, ${tokens}, ${models}`;
}
