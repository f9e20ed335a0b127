// A tool of each effect over a database of one number, for the runner's own tests.
import { z } from 'zod';
import type { AuditEvent } from '../audit/audit-event.ts';
import type { AppError } from '../errors.ts';
import { toDatabaseError } from '../postgres/sqlstate.ts';
import type { Access } from '../principal.ts';
import { type Approval, createToolRunner, type ToolCall } from './run-tool.ts';
import type { Tenant } from './tenant-access.ts';
import { defineTool, type RowVersion, type Tool, type ToolAnswer, type ToolRefusal } from './tool.ts';
import type { CallContext } from './tool-audit.ts';
import { createTurnLimits, type TurnUse } from './turn-limits.ts';

export const ACCESS: Access = {
  subject: 'demo:eli',
  userId: '0a000000-0000-4000-8000-000000000002',
  userName: 'Eli',
  userEmail: 'eli@cascade.test',
  orgId: '0c000000-0000-4000-8000-000000000001',
  orgSlug: 'cascade',
  orgName: 'Cascade',
  plan: 'enterprise',
  role: 'engineer',
  permissions: ['numbers:read', 'numbers:write'],
  features: { aiAssistant: true },
  confirmedAt: 0,
};

export const CONTEXT: CallContext = {
  access: ACCESS,
  sessionId: '5e000000-0000-4000-8000-000000000001',
  programId: null,
  designId: 'D-1',
  runId: 'run-1',
  requestId: 'request-1',
  provider: 'demo',
  model: 'demo-1',
};

export type Journal = Map<string, { ok: true; data: unknown }>;

/** What the tools of a world do, where a test wants something else than success. */
export type Behaviour = {
  read?: () => Promise<ToolAnswer>;
  prepare?: () => Promise<ToolRefusal>;
  /** Called within the effect, before (`false`) and after (`true`) it is done; may throw. */
  effect?: (isDone: boolean) => void;
  lookUp?: () => Promise<unknown>;
};

export type World = ReturnType<typeof createWorld>;

export function createWorld(behaviour: Behaviour = {}, used?: TurnUse) {
  const journal: Journal = new Map();
  const state = { number: 1, version: 1, runs: 0 };
  const audits: AuditEvent[] = [];
  /** What the effects' own SQL functions would have inserted. */
  const columns: Readonly<Record<string, unknown>>[] = [];
  let clock = 1_000;
  let ids = 0;

  function change(
    number: number,
    effect: { key: string; audit: Readonly<Record<string, unknown>>; versions?: readonly RowVersion[] },
  ): ToolAnswer {
    behaviour.effect?.(false);
    const done = journal.get(effect.key);
    if (done) return { refused: false, data: done.data };
    if (effect.versions && effect.versions[0]?.version !== state.version)
      return { refused: true, code: 'STALE', message: 'It changed meanwhile.' };
    state.runs += 1;
    state.number = number;
    state.version += 1;
    const data = { number };
    journal.set(effect.key, { ok: true, data });
    columns.push(effect.audit);
    behaviour.effect?.(true);
    return { refused: false, data };
  }

  const input = z.strictObject({ to: z.int().min(0).max(99), note: z.string().trim().max(40).default('none') });
  const output = z.object({ number: z.int() });
  const tools: readonly Tool[] = [
    defineTool({
      name: 'get_number',
      description: 'Reads it.',
      effect: 'read',
      permission: 'numbers:read',
      input: z.strictObject({ digits: z.int().min(1).max(50).default(2) }),
      output: z.object({ number: z.int(), list: z.array(z.string()).optional() }),
      run: () => behaviour.read?.() ?? Promise.resolve({ refused: false, data: { number: state.number, secret: 'x' } }),
    }),
    defineTool({
      name: 'offer_way',
      description: 'Offers it.',
      effect: 'navigate',
      permission: null,
      input: z.strictObject({}),
      output: z.object({ path: z.templateLiteral(['/', z.string()]) }),
      run: () => Promise.resolve({ refused: false, data: { path: '/number' } }),
      link: ({ path }) => ({ kind: 'navigation', path, label: 'View' }),
    }),
    defineTool({
      name: 'set_number',
      description: 'Sets it.',
      effect: 'write',
      action: 'update',
      permission: ['numbers:write', 'numbers:own'],
      input,
      output,
      affected: ({ to }) => [String(to)],
      prepare: (_context, { to, note }) =>
        behaviour.prepare?.() ??
        Promise.resolve({
          refused: false,
          card: {
            action: 'update',
            title: `Set to ${to}`,
            message: `Note: ${note}`,
            details: [{ label: 'Number', before: String(state.number), value: String(to) }],
          },
          versions: [{ kind: 'number', id: 'n', version: state.version }],
        }),
      execute: async (_context, { to }, _tenant, effect) => change(to, effect),
    }),
    defineTool({
      name: 'bump_number',
      description: 'Bumps it.',
      effect: 'light-write',
      permission: 'numbers:write',
      input: z.strictObject({}),
      output,
      execute: async (_context, _input, _tenant, effect) => change(state.number + 1, effect),
      link: () => ({ kind: 'workspace', path: '/number', label: 'Open' }),
    }),
  ];

  const tenant: Tenant = {
    reader: { query: () => Promise.resolve([]) },
    writer: { change: () => Promise.resolve([]) },
    findEffect: (key) => behaviour.lookUp?.() ?? Promise.resolve(journal.get(key) ?? null),
  };
  const limits = createTurnLimits(used);
  const runner = createToolRunner({
    tools,
    limits,
    tenant: () => tenant,
    audit: (event) => audits.push(event),
    now: () => {
      clock += 5;
      return clock;
    },
    newId: () => {
      ids += 1;
      return `00000000-0000-4000-8000-${String(ids).padStart(12, '0')}`;
    },
  });
  return { runner, state, audits, columns, journal, limits };
}

export const call = (name: string, args: unknown = {}, id = 'call-1'): ToolCall => ({
  id,
  name,
  arguments: typeof args === 'string' ? args : JSON.stringify(args),
});

/** A proposal of `set_number`. @throws where it was refused */
export async function approve(world: World, args: unknown = { to: 7 }): Promise<Approval> {
  const proposal = await world.runner.propose(CONTEXT, call('set_number', args));
  if (proposal.kind !== 'approval') throw new Error(`${proposal.kind} instead of an approval`);
  return proposal;
}

/** What the door throws for this SQLSTATE; without one, for an answer that never came. */
export const fault = (sqlstate?: string): AppError =>
  toDatabaseError(Object.assign(new Error('secret words'), { code: sqlstate }));

/** What the model was told. */
export const said = (outcome: { readonly content: string }): Record<string, unknown> => JSON.parse(outcome.content);
