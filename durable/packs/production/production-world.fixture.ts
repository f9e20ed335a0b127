// A tool runner for each demo user over the productions of Northlight Live, in a separate database.
import { randomUUID } from 'node:crypto';
import { requireDemoOrg, requireDemoPerson } from '../../../local/demo-data/demo-people.ts';
import { createTestDatabase } from '../../../local/testing/test-database.ts';
import type { AuditEvent } from '../../contracts/audit-event.ts';
import type { Access } from '../../principal.ts';
import { createToolRunner } from '../../tools/run-tool.ts';
import { openTenant } from '../../tools/tenant-access.ts';
import { createTurnLimits } from '../../tools/turn-limits.ts';
import { toolsFor } from '../registry.ts';

export type Person = 'nora' | 'max' | 'both' | 'ada';

export type ProductionWorld = Awaited<ReturnType<typeof createProductionWorld>>;

export async function createProductionWorld() {
  const database = await createTestDatabase();
  const audits: AuditEvent[] = [];

  /** What the model would read. */
  function call(access: Access, name: string, args: unknown) {
    const runner = createToolRunner({
      tools: toolsFor(access, 'chat'),
      limits: createTurnLimits(),
      tenant: (who) => openTenant(database.deps, who),
      audit: (event) => audits.push(event),
      now: Date.now,
      newId: randomUUID,
    });
    const context = {
      access,
      sessionId: randomUUID(),
      programId: null,
      designId: null,
      runId: `run-${randomUUID()}`,
      messageId: null,
      requestId: 'request-1',
      provider: 'demo',
      model: 'demo-1',
    };
    return runner.propose(context, { id: `call_${randomUUID()}`, name, arguments: JSON.stringify(args) });
  }

  /** The data of a read, as the model sees it. @throws if it was refused */
  // biome-ignore lint/suspicious/noExplicitAny: the tests look into many shapes of data.
  async function read(person: Person, name: string, args: unknown): Promise<any> {
    const outcome = await call(accessOf(person), name, args);
    if (outcome.kind !== 'result') throw new Error(`${name}: ${JSON.stringify(outcome)}`);
    return JSON.parse(outcome.content);
  }

  return { database, audits, call, read };
}

/** Bo acts in Northlight here. */
export function accessOf(person: Person): Access {
  const org = requireDemoOrg(person === 'ada' ? 'cascade' : 'northlight');
  const home = person === 'nora' || person === 'max' ? 'northlight' : 'cascade';
  const who = requireDemoPerson(`${person}@${home}.test`);
  const role = who.memberships[org.slug] ?? '';
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
    features: { aiAssistant: true },
    permissions: [...(org.roles.find(({ name }) => name === role)?.permissions ?? [])],
    confirmedAt: Date.now(),
  };
}
