// The people of the demo orgs, for the local sign-in, the seed and the tests. Ids never change, so that links and
// screenshots from one local stack work in another.
import type { Plan } from '../../durable/principal.ts';

type DemoRole = { readonly name: string; readonly permissions: readonly string[] };

export type DemoOrg = {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly plan: Plan;
  readonly aiAssistant: boolean;
  readonly roles: readonly DemoRole[];
};

export type DemoPerson = {
  readonly id: string;
  /** The `sub` of this person's tokens. */
  readonly subject: string;
  readonly email: string;
  readonly name: string;
  /** Org slug to role name. */
  readonly memberships: Readonly<Record<string, string>>;
};

const ADMIN = {
  name: 'admin',
  permissions: [
    'members:read',
    'members:manage',
    'settings:update',
    'ai_settings:create',
    'ai_settings:update',
    'audit:read',
    'usage:read',
  ],
};
const MEMBER = { name: 'member', permissions: [] };

const PLM_READ = ['programs:read', 'designs:read', 'parts:read', 'change_orders:read', 'tasks:read'];
const PLM_WRITE = ['parts:create', 'parts:update', 'change_orders:create', 'change_orders:update', 'tasks:update'];
const PRODUCTION_READ = [
  'projects:read',
  'shows:read',
  'crew:read',
  // Everyone who works on a show must be able to call its crew.
  'crew:contacts',
  'vendors:read',
  'schedules:read',
  'rfps:read',
  'incidents:read',
  'deliverables:read',
];
/** Money, and the people involved in incidents. */
const PRODUCTION_SENSITIVE = ['finance:read', 'incidents:parties'];
const PRODUCTION_DRAFT = ['templates:draft'];

export const DEMO_ORGS = [
  {
    id: '0c000000-0000-4000-8000-000000000001',
    slug: 'cascade',
    name: 'Cascade Robotics',
    plan: 'enterprise',
    aiAssistant: true,
    roles: [
      { ...ADMIN, permissions: [...ADMIN.permissions, 'programs:all', ...PLM_READ, ...PLM_WRITE] },
      { name: 'engineer', permissions: [...PLM_READ, ...PLM_WRITE] },
      { name: 'viewer', permissions: PLM_READ },
    ],
  },
  {
    id: '0c000000-0000-4000-8000-000000000002',
    slug: 'northlight',
    name: 'Northlight Live',
    plan: 'professional',
    aiAssistant: true,
    roles: [
      {
        ...ADMIN,
        permissions: [...ADMIN.permissions, ...PRODUCTION_READ, ...PRODUCTION_SENSITIVE, ...PRODUCTION_DRAFT],
      },
      { name: 'member', permissions: [...PRODUCTION_READ, ...PRODUCTION_DRAFT] },
    ],
  },
  {
    id: '0c000000-0000-4000-8000-000000000003',
    slug: 'quiet',
    name: 'Quiet Co',
    plan: 'professional',
    aiAssistant: false,
    roles: [ADMIN, MEMBER],
  },
  {
    id: '0c000000-0000-4000-8000-000000000004',
    slug: 'freefold',
    name: 'Free Fold',
    plan: 'free',
    aiAssistant: true,
    roles: [ADMIN, MEMBER],
  },
] as const satisfies readonly DemoOrg[];

export const DEMO_PEOPLE = [
  person(1, 'ada@cascade.test', 'Ada Moreau', { cascade: 'admin' }),
  person(2, 'eli@cascade.test', 'Eli Okafor', { cascade: 'engineer' }),
  person(3, 'vic@cascade.test', 'Vic Tanaka', { cascade: 'viewer' }),
  person(4, 'nora@northlight.test', 'Nora Lindqvist', { northlight: 'admin' }),
  person(5, 'max@northlight.test', 'Max Fontaine', { northlight: 'member' }),
  person(6, 'quinn@quiet.test', 'Quinn Abara', { quiet: 'admin' }),
  person(7, 'rae@quiet.test', 'Rae Sato', { quiet: 'member' }),
  person(8, 'finn@freefold.test', 'Finn Castellanos', { freefold: 'admin' }),
  person(9, 'both@cascade.test', 'Bo Thompson', { cascade: 'engineer', northlight: 'member' }),
] as const satisfies readonly DemoPerson[];

export function getDemoPerson(email: string): DemoPerson | null {
  return DEMO_PEOPLE.find((candidate) => candidate.email === email) ?? null;
}

/** @throws Error if no demo person has this address. */
export function requireDemoPerson(email: string): DemoPerson {
  const found = getDemoPerson(email);
  if (!found) throw new Error(`${email} is not a person of the demo`);
  return found;
}

/** @throws Error if no demo org has this slug. */
export function requireDemoOrg(slug: string): DemoOrg {
  const found = DEMO_ORGS.find((candidate) => candidate.slug === slug);
  if (!found) throw new Error(`${slug} is no demo org`);
  return found;
}

function person(
  number: number,
  email: string,
  name: string,
  memberships: Readonly<Record<string, string>>,
): DemoPerson {
  return {
    id: `0a000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
    subject: `demo:${email}`,
    email,
    name,
    memberships,
  };
}
