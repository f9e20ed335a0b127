// Orgs for workerd tests that change an org's settings, features or keys. Each test file has its own, so that files can run
// in parallel and the demo orgs stay unchanged.
import type { Plan } from '../../durable/principal.ts';

export type TestOrg = {
  readonly id: string;
  readonly slug: string;
  readonly plan: Plan;
  /** Id by code; the program OPEN is called “OPEN program”. All members see OPEN and NEXT; only the admin sees SECRET. */
  readonly programs: Readonly<Record<'OPEN' | 'NEXT' | 'SECRET', string>>;
  /** Id by code, one in each program. */
  readonly designs: Readonly<Record<'OPEN-1' | 'NEXT-1' | 'SECRET-1', string>>;
  readonly people: Readonly<Record<'admin' | 'second' | 'member', { readonly id: string; readonly subject: string }>>;
};

/** Fixed ids that differ from the demo's. */
const uuid = (org: number, kind: number, number: number): string =>
  `0f${String(org).padStart(2, '0')}${String(kind).padStart(4, '0')}-0000-4000-8000-${String(number).padStart(12, '0')}`;

function testOrg(number: number, slug: string): TestOrg {
  const person = (name: string, index: number) => ({
    id: uuid(number, 2, index),
    subject: `test:${name}@${slug}.test`,
  });
  return {
    ...{ id: uuid(number, 1, 1), slug, plan: 'enterprise' },
    programs: { OPEN: uuid(number, 3, 1), SECRET: uuid(number, 3, 2), NEXT: uuid(number, 3, 3) },
    designs: { 'OPEN-1': uuid(number, 4, 1), 'SECRET-1': uuid(number, 4, 2), 'NEXT-1': uuid(number, 4, 3) },
    people: { admin: person('admin', 1), second: person('second', 2), member: person('member', 3) },
  };
}

export const TEST_ORGS = {
  features: testOrg(1, 'features'),
  settings: testOrg(2, 'settings'),
  providers: testOrg(3, 'providers'),
  outages: testOrg(4, 'outages'),
  retention: testOrg(5, 'retention'),
  erasure: testOrg(6, 'erasure'),
  erasedOrg: testOrg(7, 'erased-org'),
  chores: testOrg(8, 'chores'),
  scopes: testOrg(9, 'scopes'),
  origins: testOrg(10, 'origins'),
  otherOrigins: testOrg(11, 'other-origins'),
} as const satisfies Record<string, TestOrg>;

export const ADMIN_PERMISSIONS = [
  ...['settings:update', 'ai_settings:create', 'ai_settings:update', 'audit:read', 'programs:all'],
  ...['programs:read', 'designs:read', 'parts:read', 'parts:create'],
];
export const MEMBER_PERMISSIONS = ['programs:read', 'designs:read', 'parts:read'];
