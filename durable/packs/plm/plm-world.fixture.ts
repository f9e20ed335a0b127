// A small world of programs, designs and items beside the demo data, created by the tools where possible, with a tool runner
// for each person. For the tests against a real Postgres.
import { randomUUID } from 'node:crypto';
import { DEMO_ORGS, requireDemoPerson } from '../../../local/demo-data/demo-people.ts';
import { createTestDatabase, type TestDatabase } from '../../../local/testing/test-database.ts';
import type { AuditEvent } from '../../contracts/audit-event.ts';
import type { Access } from '../../principal.ts';
import { type ApprovedCall, createToolRunner, type ProposedCall } from '../../tools/run-tool.ts';
import { openTenant } from '../../tools/tenant-access.ts';
import type { CallContext } from '../../tools/tool-audit.ts';
import { createTurnLimits } from '../../tools/turn-limits.ts';
import { PLM_TOOLS } from './plm-tools.ts';

export type Person = 'ada' | 'eli' | 'vic' | 'nora';
export type Data = Record<string, unknown> & { id: string; itemNumber: string; name: string; state: string };

export type PlmWorld = Awaited<ReturnType<typeof createPlmWorld>>;

const ORG = { ada: 'cascade', eli: 'cascade', vic: 'cascade', nora: 'northlight' } as const;

export async function createPlmWorld() {
  const database = await createTestDatabase();
  const ids = {
    open: randomUUID(),
    hidden: randomUUID(),
    foreign: randomUUID(),
    draft: randomUUID(),
    guarded: randomUUID(),
    secret: randomUUID(),
    stage: randomUUID(),
    secretPart: randomUUID(),
    foreignPart: randomUUID(),
  };
  await addPrograms(database, ids);
  const audits: AuditEvent[] = [];

  function runnerOf(person: Person, place?: string) {
    const access = accessOf(person);
    const runner = createToolRunner({
      tools: PLM_TOOLS,
      limits: createTurnLimits(),
      tenant: (who) => openTenant(database.deps, who, { place }),
      audit: (event) => audits.push(event),
      now: Date.now,
      newId: randomUUID,
    });
    return { runner, context: contextOf(access) };
  }

  /** What the model would read, or the card that the user would see. `about` is what the conversation is about. */
  function call(person: Person, name: string, args: unknown, about: { programId?: string; place?: string } = {}) {
    const { runner, context } = runnerOf(person, about.place);
    return runner.propose(
      { ...context, programId: about.programId ?? null },
      { id: `call_${randomUUID()}`, name, arguments: JSON.stringify(args) },
    );
  }

  function click(person: Person, approval: ProposedCall, key: string = randomUUID()) {
    const { runner, context } = runnerOf(person);
    const approved: ApprovedCall = { ...approval, key };
    return runner.execute(context, approved);
  }

  /** The data of a read. @throws if it was refused */
  async function read(
    person: Person,
    name: string,
    args: unknown,
    about?: { programId?: string; place?: string },
  ): Promise<Data> {
    const outcome = await call(person, name, args, about);
    if (outcome.kind !== 'result') throw new Error(`${name}: ${JSON.stringify(outcome)}`);
    return JSON.parse(outcome.content);
  }

  async function propose(person: Person, name: string, args: unknown): Promise<ProposedCall> {
    const outcome = await call(person, name, args);
    if (outcome.kind !== 'approval') throw new Error(`${name}: ${JSON.stringify(outcome)}`);
    return outcome;
  }

  /** Proposes, approves, and returns the item. @throws if it was refused */
  async function make(person: Person, name: string, args: unknown): Promise<Data> {
    return itemOf(await click(person, await propose(person, name, args)));
  }

  async function move(person: Person, itemId: string, ...states: readonly string[]): Promise<void> {
    for (const targetState of states) await make(person, 'transition_item_state', { itemId, targetState });
  }

  /** A dump of the domain's tables and the journal, to show that nothing changed. */
  async function snapshot(): Promise<string> {
    const { rows } = await database.owner.query(
      `select quote_ident(table_schema) || '.' || quote_ident(table_name) as name from information_schema.tables
       where table_schema = 'plm' and table_type = 'BASE TABLE' or table_name in ('effect_journal', 'audit_log') order by 1`,
    );
    const sums: string[] = [];
    for (const { name } of rows) {
      const { rows: found } = await database.owner.query(
        `select md5(coalesce(string_agg(t::text, ',' order by t::text), '')) as sum from ${name} t`,
      );
      sums.push(`${name} ${found[0].sum}`);
    }
    return sums.join('\n');
  }

  /** A robot arm of drafts, with a drawing and a task; a released base in the protected design; a change order there. */
  async function addItems() {
    const create = (itemType: string, name: string, designId: string) =>
      make('eli', 'create_item', { itemType, name, designId });
    const link = (source: Data, target: Data, more: object) =>
      make('eli', 'create_relationship', { sourceItemId: source.id, targetItemId: target.id, ...more });
    const items = {
      arm: await create('Part', 'Robot Arm', 'DRAFT-ARM'),
      motor: await create('Part', 'Drive Motor', ids.draft),
      screw: await create('Part', 'Hex Screw', 'DRAFT-ARM'),
      drawing: await create('Document', 'Arm Drawing', 'DRAFT-ARM'),
      task: await create('Task', 'Check', 'DRAFT-ARM'),
      base: await create('Part', 'Base Plate', 'GUARDED-BASE'),
    };
    const { arm, motor, screw, drawing, base } = items;
    await link(arm, motor, { type: 'BOM', quantity: 2, findNumber: 10, referenceDesignator: 'M1, M2' });
    await link(motor, screw, { type: 'BOM', quantity: 8 });
    await link(arm, drawing, { type: 'Document' });
    await move('eli', base.id, 'In Review', 'Approved', 'Released');
    const eco = await make('eli', 'create_change_order', { name: 'Lighter base', designIds: ['GUARDED-BASE'] });
    return { ...items, eco };
  }

  return { database, ids, audits, addItems, runnerOf, call, click, read, propose, make, move, snapshot };
}

/** The item a write returned; the source of a new relationship. @throws if it was refused */
export function itemOf(outcome: { readonly kind: string; readonly content: string }): Data {
  if (outcome.kind !== 'result') throw new Error(JSON.stringify(outcome));
  const { item, source } = JSON.parse(outcome.content);
  return item ?? source;
}

export function accessOf(person: Person): Access {
  const org = DEMO_ORGS.find(({ slug }) => slug === ORG[person]);
  const who = requireDemoPerson(`${person}@${ORG[person]}.test`);
  const role = who.memberships[ORG[person]] ?? '';
  if (!org) throw new Error(`no org of ${person}`);
  return {
    subject: who.subject,
    userId: who.id,
    userName: who.name,
    userEmail: who.email,
    orgId: org.id,
    orgSlug: org.slug,
    orgName: org.name,
    plan: org.plan,
    role,
    permissions: [...(org.roles.find(({ name }) => name === role)?.permissions ?? [])],
    features: { aiAssistant: true },
    confirmedAt: Date.now(),
  };
}

const contextOf = (access: Access): CallContext => ({
  access,
  sessionId: randomUUID(),
  programId: null,
  designId: null,
  runId: `run-${randomUUID()}`,
  messageId: null,
  requestId: 'request-1',
  provider: 'demo',
  model: 'demo-1',
});

/** Eli leads the open program and Vic has read access; only Ada is in the hidden one; the foreign one belongs to another org. */
async function addPrograms({ owner }: TestDatabase, ids: Readonly<Record<string, string>>): Promise<void> {
  const cascade = accessOf('ada').orgId;
  const northlight = accessOf('nora').orgId;
  for (const [org, id, code] of [
    [cascade, ids['open'], 'OPEN-1'],
    [cascade, ids['hidden'], 'HIDDEN-1'],
    [northlight, ids['foreign'], 'FOREIGN-1'],
  ])
    await owner.query(
      `insert into plm.programs (org_id, id, code, name, customer) values ($1, $2, $3, $3 || ' program', 'Acme')`,
      [org, id, code],
    );
  for (const [org, program, person, role, mayApprove] of [
    [cascade, ids['open'], 'ada', 'admin', true],
    [cascade, ids['open'], 'eli', 'lead', true],
    [cascade, ids['open'], 'vic', 'viewer', false],
    [cascade, ids['hidden'], 'ada', 'admin', true],
    [northlight, ids['foreign'], 'nora', 'admin', true],
  ] as const)
    await owner.query(
      `insert into plm.program_members (org_id, program_id, user_id, role, can_create_eco, can_approve_eco)
       values ($1, $2, $3, $4, $5, $5)`,
      [org, program, accessOf(person).userId, role, mayApprove],
    );
  for (const [org, id, program, code] of [
    [cascade, ids['draft'], ids['open'], 'DRAFT-ARM'],
    [cascade, ids['guarded'], ids['open'], 'GUARDED-BASE'],
    [cascade, ids['secret'], ids['hidden'], 'SECRET-HEAD'],
    [northlight, ids['stage'], ids['foreign'], 'STAGE-1'],
  ])
    await owner.query(
      `insert into plm.designs (org_id, id, program_id, code, name) values ($1, $2, $3, $4, $4 || ' design')`,
      [org, id, program, code],
    );
  for (const [org, id, design, number] of [
    [cascade, ids['secretPart'], ids['secret'], 'PN-900001'],
    [northlight, ids['foreignPart'], ids['stage'], 'PN-900002'],
  ]) {
    await owner.query(
      `insert into plm.items (org_id, id, master_id, program_id, design_id, branch_id, item_number, item_type, name, state)
       select d.org_id, $2, $2, d.program_id, d.id, b.id, $4, 'Part', 'Unseen ' || $4, 'Draft'
       from plm.designs d join plm.branches b on b.org_id = d.org_id and b.design_id = d.id and b.branch_type = 'main'
       where d.org_id = $1 and d.id = $3`,
      [org, id, design, number],
    );
    await owner.query(
      `insert into plm.parts (org_id, item_id, program_id) select org_id, id, program_id from plm.items where id = $1`,
      [id],
    );
  }
}
