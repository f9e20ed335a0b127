// Creates an org with its plan and first roles. People join by invitation, so the next step is invite-admin.

import { PLM_PERMISSIONS } from '../../../durable/packs/plm/permissions.ts';
import { PRODUCTION_PERMISSIONS } from '../../../durable/packs/production/permissions.ts';
import { PERMISSIONS } from '../../../durable/permissions.ts';
import { recordAuditEvent } from '../audit-events.ts';
import { AdminError, type Command } from '../command.ts';
import { requirePlan } from '../look-up.ts';
import { isSet, listOf, textOf, wrong } from '../options.ts';
import { inTransaction } from '../transaction.ts';

const SLUG = /^[a-z0-9][a-z0-9-]{0,62}$/;
const PACKS: Readonly<Record<string, readonly string[]>> = {
  plm: Object.keys(PLM_PERMISSIONS),
  production: Object.keys(PRODUCTION_PERMISSIONS),
};

/** The permissions of a member: reading, except money, people in incidents and other people's programs. */
const MEMBERS_PART = /^(?!finance:|incidents:parties$|programs:all$).*:(read|contacts|draft)$/;

type Role = { readonly name: string; readonly permissions: readonly string[] };

/** Roles of a new org: `admin` has every permission, `member` reads the data of its packs. */
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
  summary: 'Create an organization with its plan and first roles',
  parameters: ['slug', 'name'],
  options: {
    plan: { type: 'string', value: 'free|professional|enterprise', help: 'The plan (required)' },
    pack: {
      type: 'string',
      multiple: true,
      value: 'plm|production',
      help: 'Give the roles the permissions of this pack; repeatable',
    },
    assistant: { type: 'boolean', help: 'Turn the assistant on; admins can also do this later' },
  },
  notes: ['The organization has no members yet. Create a link for the first admin with `invite-admin`.'],
  run: async function runCreateOrg({ database }, { parameters: [slug = '', name = ''], values }) {
    if (!SLUG.test(slug)) throw wrong(`a slug has up to 63 lowercase letters, digits and hyphens, unlike ${slug}`);
    if (name.trim() === '' || name.length > 200) throw wrong('the name must have 1 to 200 characters');
    const plan = textOf(values, 'plan');
    if (plan === undefined) throw wrong('--plan is required: free, professional or enterprise');
    const packs = listOf(values, 'pack') ?? [];
    const unknown = packs.find((pack) => PACKS[pack] === undefined);
    if (unknown !== undefined) throw wrong(`unknown pack ${unknown}; choose ${Object.keys(PACKS).join(' or ')}`);
    const roles = defaultRoles(packs);
    const id = await inTransaction(database, async () => {
      await requirePlan(database, plan);
      const { rows } = await database.query<{ id: string }>(
        'insert into orgs (slug, name, plan) values ($1, $2, $3) on conflict do nothing returning id',
        [slug, name, plan],
      );
      const made = rows[0]?.id;
      if (made === undefined) throw new AdminError(`the org ${slug} already exists; choose another slug`);
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
      await recordAuditEvent(database, made, 'org.created', { slug, plan, roles: roles.map((role) => role.name) });
      return made;
    });
    return {
      lines: [
        `created org ${slug}, plan ${plan}, roles ${roles.map((role) => role.name).join(', ')}`,
        `next: npm run admin -- invite-admin ${slug} <email>`,
      ],
      json: { id, slug, name, plan, roles },
    };
  },
};
