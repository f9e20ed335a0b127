// The only caller of tools. Checks limits, arguments and permission, then does what the tool's effect class allows: a
// read runs, a write is prepared for approval and runs only through `execute`. Audits every call; returns every failure.

import { digestOf, type Json } from '../canonical-json.ts';
import type { CardContent } from '../contracts/approval.ts';
import type { AuditEvent } from '../contracts/audit-event.ts';
import { logFailure } from '../log.ts';
import type { Access } from '../principal.ts';
import type { ToolCall } from '../providers/provider.ts';
import { parseJsonObject } from '../providers/stream/tool-arguments.ts';
import { completeCard } from './complete-card.ts';
import * as refusals from './refusals.ts';
import { parseReply } from './sql-reply.ts';
import type { Tenant } from './tenant-access.ts';
import type { LightWriteTool, RowVersion, Tool, ToolReturn, WriteTool } from './tool.ts';
import {
  startAttempt,
  type ToolAttempt,
  type ToolOutcome,
  type ToolResult,
  type UnknownOutcome,
} from './tool-attempt.ts';
import { type CallContext, toAuditColumns, toMeta } from './tool-audit.ts';
import type { TurnLimits } from './turn-limits.ts';
import { visibleText } from './visible-text.ts';

/** A write that waits for approval by the user who requested it. The caller stores all of it. */
export type ProposedCall = {
  readonly kind: 'approval';
  readonly tool: string;
  readonly card: CardContent;
  readonly versions: readonly RowVersion[];
  /** The arguments that will run: validated, defaults filled in. */
  readonly input: Json;
  /** SHA-256 of the tool's name and the canonical JSON of `input`. */
  readonly digest: string;
};

/** A stored approval, and the key that records its single effect in the journal. */
export type ApprovedCall = {
  readonly tool: string;
  readonly input: unknown;
  readonly digest: string;
  readonly versions: readonly RowVersion[];
  readonly key: string;
};

export type ToolRunnerDeps = {
  /** The only tools available in this turn. */
  readonly tools: readonly Tool[];
  readonly limits: TurnLimits;
  tenant(access: Access): Tenant;
  audit(event: AuditEvent): void;
  now(): number;
  newId(): string;
};

export type ToolRunner = ReturnType<typeof createToolRunner>;

export function createToolRunner(deps: ToolRunnerDeps) {
  const tools = new Map(deps.tools.map((tool) => [tool.name, tool]));

  /** Runs a call that needs no approval, and prepares one that does. Never throws. */
  async function propose(context: CallContext, call: ToolCall): Promise<ToolOutcome | ProposedCall> {
    const args = parseJsonObject(call.arguments);
    const tool = tools.get(call.name);
    const parameters = args ?? { unparsed: call.arguments };
    const attempt = startAttempt(deps, context, {
      name: call.name,
      parameters,
      meta: toMeta(tool, undefined, { callId: call.id }),
    });

    const admission = await deps.limits.admit(call.name, (args ?? call.arguments) as Json);
    if (admission !== 'admitted')
      return attempt.refuse(refusals.refuseLimit(admission), { endsTurn: admission === 'too-many-calls' });
    if (!tool) return attempt.refuse(refusals.refuseUnknownTool(tools.keys()));
    if (!args) return attempt.refuse(refusals.refuseBrokenArguments());
    const parsed = tool.input.safeParse(args);
    if (!parsed.success) return attempt.refuse(refusals.refuseArguments(parsed.error));
    const denial = refusals.refusePermission(tool, context.access);
    if (denial) return attempt.refuse(denial);

    const input = toJson(parsed.data);
    const ready = attempt.with({ parameters: input, meta: toMeta(tool, parsed.data, { callId: call.id }) });
    try {
      if (isWrite(tool)) return await prepare(context, tool, { input, callId: call.id }, ready);
      const reply = await tool.run(context, parsed.data, deps.tenant(context.access).reader);
      return reply.refused ? ready.refuse(reply) : ready.complete(tool, reply.data);
    } catch (error) {
      return ready.fail(error);
    }
  }

  /** Runs an approved write after repeating every check made before the proposal. Never throws. */
  async function execute(context: CallContext, approved: ApprovedCall): Promise<ToolOutcome> {
    const { key } = approved;
    const tool = tools.get(approved.tool);
    const meta = toMeta(tool, undefined, { wasConfirmed: true, transactionId: key });
    const attempt = startAttempt(deps, context, { name: approved.tool, parameters: approved.input, meta });
    if (!tool || !isWrite(tool)) return attempt.refuse(refusals.refuseUnknownTool([]));
    const parsed = tool.input.safeParse(approved.input);
    if (!parsed.success) return attempt.refuse(refusals.refuseArguments(parsed.error));
    const input = toJson(parsed.data);
    if ((await digestOf([tool.name, input])) !== approved.digest) {
      return attempt.refuse(
        refusals.refuse('ALTERED', 'These are not the arguments that were approved. Nothing was changed.'),
      );
    }
    const denial = refusals.refusePermission(tool, context.access);
    if (denial) return attempt.refuse(denial);

    const confirmed = toMeta(tool, parsed.data, { wasConfirmed: true, transactionId: key });
    const audit = toAuditColumns(context, { tool: tool.name, key, input, meta: confirmed });
    const { writer } = deps.tenant(context.access);
    const ready = attempt.with({ parameters: input, meta: confirmed });
    return runEffect(context, { tool, key }, ready, () =>
      tool.execute(context, parsed.data, writer, { key, audit, versions: approved.versions }),
    );
  }

  /**
   * Looks up an approved effect whose result was lost, for example in a crash. `absent` means it is not in the journal yet; a
   * transaction still in progress may add it. Never throws.
   */
  async function findOutcome(
    context: CallContext,
    effect: { readonly tool: string; readonly key: string },
  ): Promise<ToolResult | UnknownOutcome | { readonly kind: 'absent' }> {
    const tool = tools.get(effect.tool);
    const meta = toMeta(tool, undefined, { wasConfirmed: true, transactionId: effect.key });
    const attempt = startAttempt(deps, context, { name: effect.tool, parameters: null, meta });
    if (!tool || !isWrite(tool)) return attempt.lose();
    const data = await lookUp(context, effect.key);
    if (data === 'unknown') return attempt.lose();
    return data === null ? { kind: 'absent' } : attempt.report(tool, data);
  }

  async function prepare(
    context: CallContext,
    tool: WriteTool | LightWriteTool,
    call: { readonly input: Json; readonly callId: string },
    ready: ToolAttempt,
  ): Promise<ProposedCall | ToolOutcome> {
    const { input } = call;
    const prepared = await tool.prepare(context, input, deps.tenant(context.access).reader);
    if (prepared.refused) return ready.refuse(prepared);
    const { versions, programId } = prepared;
    const isInView = programId !== null && programId === context.programId;
    if (tool.effect === 'light-write' && isInView) return runLightWrite(context, tool, { ...call, versions }, ready);
    const card = toVisibleCard(completeCard(prepared.card, input));
    ready.note('tool.proposed', { result: card });
    return { kind: 'approval', tool: tool.name, card, versions, input, digest: await digestOf([tool.name, input]) };
  }

  async function runLightWrite(
    context: CallContext,
    tool: LightWriteTool,
    call: { readonly input: Json; readonly callId: string; readonly versions: readonly RowVersion[] },
    ready: ToolAttempt,
  ): Promise<ToolOutcome> {
    // The key is stable, so a resumed run that repeats this call does not repeat its effect.
    const key = await digestOf([context.sessionId, context.runId, call.callId, tool.name, call.input]);
    const meta = toMeta(tool, call.input, { callId: call.callId, transactionId: key });
    const audit = toAuditColumns(context, { tool: tool.name, key, input: call.input, meta });
    const { writer } = deps.tenant(context.access);
    return runEffect(context, { tool, key }, ready.with({ meta }), () =>
      tool.execute(context, call.input, writer, { key, audit, versions: call.versions }),
    );
  }

  /** R34: looks up an effect whose result was lost, reports it as unknown if it is not found, and never retries. */
  async function runEffect(
    context: CallContext,
    effect: { readonly tool: WriteTool | LightWriteTool; readonly key: string },
    attempt: ToolAttempt,
    run: () => Promise<ToolReturn>,
  ): Promise<ToolOutcome> {
    let reply: ToolReturn;
    try {
      reply = await run();
    } catch (error) {
      if (!refusals.isUncertain(error)) return attempt.fail(error);
      logFailure('effect.result_lost', error, { tool: effect.tool.name });
      const found = await lookUp(context, effect.key);
      return found === null || found === 'unknown' ? attempt.lose() : attempt.report(effect.tool, found);
    }
    // The effect wrote its audit row in the same transaction.
    return reply.refused ? attempt.refuse(reply) : attempt.report(effect.tool, reply.data);
  }

  /** The effect’s data; null if the journal has none, `unknown` if the lookup fails. */
  async function lookUp(context: CallContext, key: string): Promise<NonNullable<unknown> | null> {
    try {
      const stored = await deps.tenant(context.access).findEffect(key);
      if (stored === null) return null;
      const reply = parseReply(stored);
      return reply.refused ? 'unknown' : (reply.data ?? {});
    } catch (error) {
      logFailure('effect.lookup_failed', error, { runId: context.runId });
      return 'unknown';
    }
  }

  return { propose, execute, findOutcome };
}

const isWrite = (tool: Tool): tool is WriteTool | LightWriteTool =>
  tool.effect === 'write' || tool.effect === 'light-write';

/** Makes characters that hide or reorder text visible in the approval the user decides on (R30). */
function toVisibleCard(card: CardContent): CardContent {
  return {
    action: card.action,
    title: visibleText(card.title),
    message: visibleText(card.message),
    details: card.details.map(({ label, before, value }) => ({
      label: visibleText(label),
      ...(before === undefined ? {} : { before: visibleText(before) }),
      value: visibleText(value),
    })),
  };
}

/** Validated input is JSON; absent keys are left out, so that it reads the same when it comes back from storage. */
const toJson = (input: unknown): Json => JSON.parse(JSON.stringify(input)) as Json;
