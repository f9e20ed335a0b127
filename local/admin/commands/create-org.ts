// Makes an org with its plan and its first roles. Its people come by invitation: the next step is invite-admin.

import { PLM_PERMISSIONS } from '../../../durable/packs/plm/permissions.ts';
import { PRODUCTION_PERMISSIONS } from '../../../durable/packs/production/permissions.ts';
import { PERMISSIONS } from '../../../durable/permissions.ts';
import { AdminError, type Command } from '../command.ts';
import { noteFact } from '../facts.ts';
import { isSet, listOf, textOf, wrong } from '../options.ts';
import { requirePlan } from '../plans.ts';
import { inTransaction } from '../transaction.ts';

const SLUG = /^[a-z0-9][a-z0-9-]{0,62}$/;
const PACKS: Readonly<Record<string, readonly string[]>> = {
  plm: Object.keys(PLM_PERMISSIONS),
  production: Object.keys(PRODUCTION_PERMISSIONS),
};

/** What anybody at work needs no special trust for; the rest of a pack is the admins' to give. */
const MEMBERS_PART = /^(?!finance:|incidents:parties$|programs:all$).*:(read|contacts|draft)$/;

type Role = { readonly name: string; readonly permissions: readonly string[] };

/** Roles of a new org: `admin` has all that there is, `member` reads what its packs have and is no one's keeper. */
export function defaultRoles(packs: readonly string[]): Role[] {
  const ofPacks = packs.flatMap((pack) => PACKS[pack] ?? []);
  return [
    { name: 'admin', permissions: [...Object.keys(PERMISSIONS), ...ofPacks] },
    { name: 'member', permissions: ofPacks.filter((permission) => MEMBERS_PART.test(permission)) },
    ...(packs.includes('plm') ? [{ name: 'engineer', permissions: engineersPart() }] : []),
  ];
}

const engineersPart = (): string[] => Object.keys(PLM_PERMISSIONS).filter((name) => name !== 'programs:all');

export const createOrg: Command = {
  name: 'create-org',
  summary: 'Make an organisation with its plan and first roles',
  parameters: ['slug', 'name'],
  options: {
    plan: { type: 'string', value: 'free|professional|enterprise', help: 'Its plan; needed' },
    pack: {
      type: 'string',
      multiple: true,
      value: 'plm|production',
      help: 'Roles permit what this pack has; may be repeated',
    },
    assistant: { type: 'boolean', help: 'Turn the assistant on; its admins can do that as well' },
  },
  notes: ['Nobody belongs to it yet: `invite-admin` makes a link for the first admin.'],
  run: async function runCreateOrg({ database }, { parameters: [slug = '', name = ''], values }) {
    if (!SLUG.test(slug)) throw wrong(`a slug has small letters, digits and hyphens, at most 63; ${slug} is none`);
    if (name.trim() === '' || name.length > 200) throw wrong('a name has 1 to 200 characters');
    const plan = textOf(values, 'plan');
    if (plan === undefined) throw wrong('--plan is needed: free, professional or enterprise');
    const packs = listOf(values, 'pack') ?? [];
    const unknown = packs.find((pack) => PACKS[pack] === undefined);
    if (unknown !== undefined)
      throw wrong(`there is no pack ${unknown}; there are ${Object.keys(PACKS).join(' and ')}`);
    const roles = defaultRoles(packs);
    const id = await inTransaction(database, async () => {
      await requirePlan(database, plan);
      const { rows } = await database.query<{ id: string }>(
        'insert into orgs (slug, name, plan) values ($1, $2, $3) on conflict do nothing returning id',
        [slug, name, plan],
      );
      const made = rows[0]?.id;
      if (made === undefined) throw new AdminError(`there is an org ${slug} already; choose another slug`);
      for (const role of roles) {
        await database.query('insert into roles (org_id, name, permissions) values ($1, $2, $3)', [
          made,
          role.name,
          role.permissions,
        ]);
      }
      await database.query('insert into tenant_settings (org_id, settings) values ($1, $2)', [
        made,
        { experimentalFeatures: { aiAssistant: isSet(values, 'assistant') } },
      ]);
      await noteFact(database, made, 'org.created', { slug, plan, roles: roles.map((role) => role.name) });
      return made;
    });
    return {
      lines: [
        `org ${slug} made, plan ${plan}, roles ${roles.map((role) => role.name).join(', ')}`,
        `next: npm run admin -- invite-admin ${slug} <email>`,
      ],
      json: { id, slug, name, plan, roles },
    };
  },
};
