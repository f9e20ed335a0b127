import { expect, test, vi } from 'vitest';
import { PERMISSION_WORDS, toolsFor } from '../../../durable/packs/registry.ts';
import { PERMISSIONS } from '../../../durable/permissions.ts';
import type { Access } from '../../../durable/principal.ts';
import { ROUTES } from '../../routes.ts';
import { permissionsOf } from '../../routing/define-route.ts';
import { documentedPath } from '../openapi/openapi.ts';

// Only reads the routes' declarations. Their dependencies need the Workers runtime.
vi.mock('cloudflare:workers', () => ({ waitUntil: () => undefined }));

const HEADING = `# Roles and permissions

A role is a name and a list of permissions, stored as a row of \`roles\`; each organization has its own roles. No one can do what
their role doesn't list: the Worker refuses it, and the tables' policies refuse it again.

People with \`members:manage\` invite and remove members and change their roles, within three limits:

- No one can give, take or change a role that has more permissions than their own.
- The last member with \`members:manage\` can't be removed, demoted or leave.
- People join only by an invitation that they accept themselves, signed in with the invited email address, or by a token of an
  issuer that the operator allows to grant memberships ([identity](identity.md)).

Any other member may leave. A change applies in Postgres immediately and everywhere else, including running answers, within a
minute. Each change has a row in the audit log, written in the same transaction: \`member.invited\`, \`invitation.revoked\`,
\`member.joined\`, \`role.changed\`, \`member.removed\`, \`member.restored\`, \`member.left\`.

An operation that isn't listed here needs only a membership, or nothing; \`/docs\` says which. So every member can read which
features are on and which provider answers, without seeing a key, and the settings pages show which permission a change needs.

The table is generated from what operations and tools declare. After a change there, run
\`npm test -- --project unit -u permissions-doc\`.

| permission | allows to | operations | tools |
| --- | --- | --- | --- |
`;

const EVERYTHING = { permissions: Object.keys(PERMISSION_WORDS) } as unknown as Access;
const TOOLS = toolsFor(EVERYTHING, 'chat').map(({ name, permission }) => ({
  name,
  permissions: permission === null ? [] : [permission].flat(),
}));

test('docs/permissions.md lists every permission with the routes and tools that require it', async () => {
  const rows = Object.entries(PERMISSION_WORDS).map(([id, words]) => {
    const operations = ROUTES.filter((route) => permissionsOf(route).some((permission) => permission === id)).map(
      (route) => `\`${route.method.toUpperCase()} ${documentedPath(route)}\``,
    );
    const tools = TOOLS.filter(({ permissions }) => permissions.includes(id)).map(({ name }) => `\`${name}\``);
    return `| \`${id}\` | ${words} | ${operations.join('<br>')} | ${tools.join(' ')} |\n`;
  });
  await expect(`${HEADING}${rows.join('')}`).toMatchFileSnapshot('../../../docs/permissions.md');
});

test('some route requires each of the product’s own permissions', () => {
  const asked = new Set<string>(ROUTES.flatMap(permissionsOf));
  expect(Object.keys(PERMISSIONS).filter((id) => !asked.has(id))).toEqual([]);
});

test('every permission of a tool has a description', () => {
  for (const { name, permissions } of TOOLS) {
    for (const permission of permissions)
      expect(PERMISSION_WORDS, `${name} needs ${permission}`).toHaveProperty([permission]);
  }
  expect(TOOLS.length).toBeGreaterThan(10);
});

test('no pack redefines a permission of the product', () => {
  for (const [id, words] of Object.entries(PERMISSIONS)) expect(PERMISSION_WORDS[id]).toBe(words);
});
