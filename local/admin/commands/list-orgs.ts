// Lists the orgs of the installation with plan, members and conversations.
import type { Command } from '../command.ts';
import { isSet } from '../options.ts';
import { plain, table } from '../terminal.ts';

type OrgRow = {
  slug: string;
  name: string;
  plan: string;
  allowance: string | null;
  extraModels: string[];
  members: number;
  invitations: number;
  conversations: number;
  assistant: boolean;
  createdAt: Date;
  isErased: boolean;
};

export const listOrgs: Command = {
  name: 'list-orgs',
  summary: 'List the organizations with plan, people and conversations',
  parameters: [],
  options: { erased: { type: 'boolean', help: 'Include erased organizations' } },
  run: async function runListOrgs({ database }, { values }) {
    const { rows } = await database.query<OrgRow>(
      `select o.slug, o.name, o.plan, coalesce(o.token_allowance, p.monthly_tokens) as allowance,
         o.extra_models as "extraModels", o.created_at as "createdAt", e.org_id is not null as "isErased",
         (select count(*)::int from memberships m where m.org_id = o.id) as members,
         (select count(*)::int from invitations i where i.org_id = o.id and i.expires_at > now()) as invitations,
         (select count(*)::int from ai_conversations c where c.org_id = o.id) as conversations,
         coalesce((s.settings #>> '{experimentalFeatures,aiAssistant}')::boolean, false) as assistant
       from orgs o join private.plans p on p.name = o.plan
       left join tenant_settings s on s.org_id = o.id
       left join private.erasures e on e.org_id = o.id and e.user_id is null
       where $1 or e.org_id is null
       order by o.slug`,
      [isSet(values, 'erased')],
    );
    const cells = rows.map((row) => [
      ...[row.slug, plain(row.name), row.plan, row.allowance ?? 'no limit', row.assistant ? 'on' : 'off'],
      ...[String(row.members), String(row.invitations), String(row.conversations)],
      row.isErased ? 'erased' : row.createdAt.toISOString().slice(0, 10),
    ]);
    const head = ['slug', 'name', 'plan', 'tokens/month', 'assistant', 'members', 'invited', 'conversations', 'since'];
    return { lines: rows.length === 0 ? ['no orgs yet; create one with create-org'] : table(head, cells), json: rows };
  },
};
