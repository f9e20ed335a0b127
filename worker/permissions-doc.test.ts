import { expect, test } from 'vitest';
import { PERMISSION_WORDS } from '../durable/packs/permission-words.ts';
import { toolsFor } from '../durable/packs/registry.ts';
import { PERMISSIONS } from '../durable/permissions.ts';
import type { Access } from '../durable/principal.ts';
import { addressOf } from './openapi.ts';
import { permissionsOf } from './operation.ts';
import { OPERATIONS } from './operations.ts';

const HEADING = `# Roles and permissions

A role is a name and a list of permissions, a row of \`roles\` in Postgres; each organisation has its own. Nobody may do what
their role does not list: the edge refuses it, and a change is refused by the policies of the tables too, whatever asks.

Who has \`members:manage\` invites and removes people and changes their roles, with three limits. Nobody gives, takes or
touches a role that permits more than their own. The last person who has \`members:manage\` can neither be removed nor lose
it, nor leave. And people join only by an invitation that they take up themselves, signed in with the address that was
invited. Everybody may leave. A change takes effect within a minute, also in an answer that is under way; in Postgres, at
once. Each leaves a row in the audit log, in its own transaction: \`member.invited\`, \`invitation.revoked\`,
\`member.joined\`, \`role.changed\`, \`member.removed\`, \`member.left\`.

An operation that is not listed here needs no permission beyond a membership, or none at all; \`/docs\` says which. So every
member may read which features are on and which provider answers, without a key; the settings pages then say which
permission a change would need.

The table is made from what operations and tools declare: run \`npm test -- --project unit -u worker/permissions-doc\` after
a change there.

| permission | allows to | operations | tools |
| --- | --- | --- | --- |
`;

const EVERYTHING = { permissions: Object.keys(PERMISSION_WORDS) } as unknown as Access;
const TOOLS = toolsFor(EVERYTHING, 'chat').map(({ name, permission }) => ({
  name,
  permissions: permission === null ? [] : [permission].flat(),
}));

test('every permission stands in the one table of the docs, with what asks for it', async () => {
  const rows = Object.entries(PERMISSION_WORDS).map(([id, words]) => {
    const operations = OPERATIONS.filter((operation) =>
      permissionsOf(operation).some((permission) => permission === id),
    ).map((operation) => `\`${operation.method.toUpperCase()} ${addressOf(operation)}\``);
    const tools = TOOLS.filter(({ permissions }) => permissions.includes(id)).map(({ name }) => `\`${name}\``);
    return `| \`${id}\` | ${words} | ${operations.join('<br>')} | ${tools.join(' ')} |\n`;
  });
  await expect(`${HEADING}${rows.join('')}`).toMatchFileSnapshot('../docs/permissions.md');
});

test('a permission of the product’s own is asked for by some operation', () => {
  const asked = new Set<string>(OPERATIONS.flatMap(permissionsOf));
  expect(Object.keys(PERMISSIONS).filter((id) => !asked.has(id))).toEqual([]);
});

test('whatever a tool asks for has words', () => {
  for (const { name, permissions } of TOOLS) {
    for (const permission of permissions)
      expect(PERMISSION_WORDS, `${name} needs ${permission}`).toHaveProperty([permission]);
  }
  expect(TOOLS.length).toBeGreaterThan(10);
});

test('no pack takes a permission of the product’s own', () => {
  for (const [id, words] of Object.entries(PERMISSIONS)) expect(PERMISSION_WORDS[id]).toBe(words);
});
