// One tool per effect class over a database of one number, for the runner's tests.
import * as z from 'zod';
import type { AuditEvent } from '../contracts/audit-event.ts';
import type { AppError } from '../errors.ts';
import { toDatabaseError } from '../postgres/sqlstate.ts';
import type { Access } from '../principal.ts';
import type { ToolCall } from '../providers/provider.ts';
import { createToolRunner, type ProposedCall } from './run-tool.ts';
import type { Tenant } from './tenant-access.ts';
import { defineTool, type RowVersion, type Tool, type ToolRefusal, type ToolReturn } from './tool.ts';
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
  programId: 'P-1',
  designId: 'D-1',
  runId: 'run-1',
  messageId: null,
  requestId: 'request-1',
  provider: 'demo',
  model: 'demo-1',
};

export type Journal = Map<string, { ok: true; data: unknown }>;

/** Overrides for the tools when a test needs something other than success. */
export type ToolOverrides = {
  read?: () => Promise<ToolReturn>;
  prepare?: () => Promise<ToolRefusal>;
  /** Called within the effect, before (`false`) and after (`true`) it is done; may throw. */
  effect?: (isDone: boolean) => void;
  lookUp?: () => Promise<unknown>;
};

export type World = ReturnType<typeof createWorld>;

export function createWorld(overrides: ToolOverrides = {}, used?: TurnUse) {
  const journal: Journal = new Map();
  const state = { number: 1, version: 1, runs: 0 };
  const audits: AuditEvent[] = [];
  /** The audit columns the effects’ SQL functions would insert. */
  const columns: Readonly<Record<string, unknown>>[] = [];
  let clock = 1_000;
  let ids = 0;

  function change(
    number: number,
    effect: { key: string; audit: Readonly<Record<string, unknown>>; versions?: readonly RowVersion[] },
  ): ToolReturn {
    overrides.effect?.(false);
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
    overrides.effect?.(true);
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
      run: () => overrides.read?.() ?? Promise.resolve({ refused: false, data: { number: state.number, secret: 'x' } }),
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
        overrides.prepare?.() ??
        Promise.resolve({
          refused: false,
          card: {
            action: 'update',
            title: `Set to ${to}`,
            message: `Note: ${note}`,
            // It leaves the note to the runner, which adds what no detail shows.
            details: [{ label: 'Number', before: String(state.number), value: String(to), shows: ['to'] }],
          },
          versions: [{ kind: 'number', id: 'n', version: state.version }],
          programId: null,
        }),
      execute: async (_context, { to }, _tenant, effect) => change(to, effect),
    }),
    defineTool({
      name: 'bump_number',
      description: 'Bumps it.',
      effect: 'light-write',
      action: 'update',
      permission: 'numbers:write',
      input: z.strictObject({ programId: z.string().default('P-1') }),
      output,
      prepare: (_context, { programId }) =>
        Promise.resolve({
          refused: false,
          card: { action: 'update', title: 'Bump', message: 'Bump the number.', details: [] },
          versions: [{ kind: 'number', id: 'n', version: state.version }],
          programId,
        }),
      execute: async (_context, _input, _tenant, effect) => change(state.number + 1, effect),
      link: () => ({ kind: 'workspace', path: '/number', label: 'Open' }),
    }),
  ];

  const tenant: Tenant = {
    reader: { query: () => Promise.resolve([]) },
    writer: { change: () => Promise.resolve([]) },
    findEffect: (key) => overrides.lookUp?.() ?? Promise.resolve(journal.get(key) ?? null),
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

/** Proposes `set_number`. @throws if it is refused */
export async function approve(world: World, args: unknown = { to: 7 }): Promise<ProposedCall> {
  const proposal = await world.runner.propose(CONTEXT, call('set_number', args));
  if (proposal.kind !== 'approval') throw new Error(`${proposal.kind} instead of an approval`);
  return proposal;
}

/** The error the database layer throws for this SQLSTATE, or for a response that never arrived if omitted. */
export const fault = (sqlstate?: string): AppError =>
  toDatabaseError(Object.assign(new Error('secret words'), { code: sqlstate }));

/** The content the model reads. */
export const said = (outcome: { readonly content: string }): Record<string, unknown> => JSON.parse(outcome.content);
