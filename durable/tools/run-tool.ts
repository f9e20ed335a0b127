// The only caller of a tool: limits, validation, permission, then what its effect class allows. A read runs, a write is
// prepared for the user's click and runs by `execute` alone. Every call leaves an audit fact, every failure is a value.
import type { AuditEvent } from '../audit/audit-event.ts';
import { digestOf, type Json } from '../canonical-json.ts';
import { logFailure } from '../log.ts';
import type { Access } from '../principal.ts';
import { parseJsonObject } from '../providers/tool-arguments.ts';
import { type Attempt, attemptOf, type Refused, type Result, type Unknown } from './attempt.ts';
import * as refusals from './refusals.ts';
import { readAnswer } from './sql-answer.ts';
import type { Tenant } from './tenant-access.ts';
import type { Card, LightWriteTool, RowVersion, Tool, ToolAnswer, WriteTool } from './tool.ts';
import { type CallContext, toAuditColumns, toMeta } from './tool-audit.ts';
import type { TurnLimits } from './turn-limits.ts';
import { visibleText } from './visible-text.ts';

/** A call as the model wrote it. */
export type ToolCall = { readonly id: string; readonly name: string; readonly arguments: string };

/** A write that waits for the click of the user who asked for it. The caller stores all of it. */
export type Approval = {
  readonly kind: 'approval';
  readonly tool: string;
  readonly card: Card;
  readonly versions: readonly RowVersion[];
  /** The arguments that will run: validated, defaults filled in. */
  readonly input: Json;
  /** SHA-256 of the tool's name and the canonical JSON of `input`. */
  readonly digest: string;
};

/** What was stored of an approval, and the key under which its one effect is journalled. */
export type Approved = {
  readonly tool: string;
  readonly input: unknown;
  readonly digest: string;
  readonly versions: readonly RowVersion[];
  readonly key: string;
};

export type ToolRunnerDeps = {
  /** The tools of this turn; no others exist for it. */
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

  /** Runs what may run at once and prepares what must be asked. Never throws. */
  async function propose(context: CallContext, call: ToolCall): Promise<Result | Approval | Refused | Unknown> {
    const args = parseJsonObject(call.arguments);
    const tool = tools.get(call.name);
    const parameters = args ?? { unparsed: call.arguments };
    const attempt = attemptOf(deps, context, {
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
      if (tool.effect === 'write') return await prepare(context, tool, input, ready);
      if (tool.effect === 'light-write') return await runLightWrite(context, tool, { input, callId: call.id }, ready);
      const answer = await tool.run(context, parsed.data, deps.tenant(context.access).reader);
      return answer.refused ? ready.refuse(answer) : ready.complete(tool, answer.data);
    } catch (error) {
      return ready.fail(error);
    }
  }

  /** Runs what the user approved, after every check that stood before the proposal. Never throws. */
  async function execute(context: CallContext, approved: Approved): Promise<Result | Refused | Unknown> {
    const { key } = approved;
    const tool = tools.get(approved.tool);
    const meta = toMeta(tool, undefined, { wasConfirmed: true, transactionId: key });
    const attempt = attemptOf(deps, context, { name: approved.tool, parameters: approved.input, meta });
    if (tool?.effect !== 'write') return attempt.refuse(refusals.refuseUnknownTool([]));
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
   * What became of an effect whose answer was lost, as after a crash. `absent` says that the journal does not hold it
   * now; a transaction that is still under way may yet put it there. Never throws.
   */
  async function findOutcome(
    context: CallContext,
    effect: { readonly tool: string; readonly key: string },
  ): Promise<Result | Unknown | { readonly kind: 'absent' }> {
    const tool = tools.get(effect.tool);
    const meta = toMeta(tool, undefined, { wasConfirmed: tool?.effect === 'write', transactionId: effect.key });
    const attempt = attemptOf(deps, context, { name: effect.tool, parameters: null, meta });
    if (tool?.effect !== 'write' && tool?.effect !== 'light-write') return attempt.lose();
    const answer = await lookUp(context, effect.key);
    if (answer === 'unknown') return attempt.lose();
    return answer === null ? { kind: 'absent' } : attempt.report(tool, answer);
  }

  async function prepare(
    context: CallContext,
    tool: WriteTool,
    input: Json,
    ready: Attempt,
  ): Promise<Approval | Refused> {
    const prepared = await tool.prepare(context, input, deps.tenant(context.access).reader);
    if (prepared.refused) return ready.refuse(prepared);
    const { versions } = prepared;
    const card = toVisibleCard(prepared.card);
    ready.note('tool.proposed', { result: card });
    return { kind: 'approval', tool: tool.name, card, versions, input, digest: await digestOf([tool.name, input]) };
  }

  async function runLightWrite(
    context: CallContext,
    tool: LightWriteTool,
    call: { readonly input: Json; readonly callId: string },
    ready: Attempt,
  ): Promise<Result | Refused | Unknown> {
    // The same call of the same run is the same effect, should the run be taken up again.
    const key = await digestOf([context.sessionId, context.runId, call.callId, tool.name, call.input]);
    const meta = toMeta(tool, call.input, { callId: call.callId, transactionId: key });
    const audit = toAuditColumns(context, { tool: tool.name, key, input: call.input, meta });
    const { writer } = deps.tenant(context.access);
    return runEffect(context, { tool, key }, ready.with({ meta }), () =>
      tool.execute(context, call.input, writer, { key, audit }),
    );
  }

  /** R34: an effect whose answer was lost is looked up; what cannot be found out is said, and nothing is tried again. */
  async function runEffect(
    context: CallContext,
    effect: { readonly tool: WriteTool | LightWriteTool; readonly key: string },
    attempt: Attempt,
    run: () => Promise<ToolAnswer>,
  ): Promise<Result | Refused | Unknown> {
    let answer: ToolAnswer;
    try {
      answer = await run();
    } catch (error) {
      if (!refusals.isUncertain(error)) return attempt.fail(error);
      logFailure('the answer of an effect was lost', error, { tool: effect.tool.name });
      const found = await lookUp(context, effect.key);
      return found === null || found === 'unknown' ? attempt.lose() : attempt.report(effect.tool, found);
    }
    // Its audit row was written with it.
    return answer.refused ? attempt.refuse(answer) : attempt.report(effect.tool, answer.data);
  }

  /** The data of the effect; null where the journal has none, `unknown` where it cannot be asked. */
  async function lookUp(context: CallContext, key: string): Promise<NonNullable<unknown> | null> {
    try {
      const stored = await deps.tenant(context.access).findEffect(key);
      if (stored === null) return null;
      const answer = readAnswer(stored);
      return answer.refused ? 'unknown' : (answer.data ?? {});
    } catch (error) {
      logFailure('an effect could not be looked up', error);
      return 'unknown';
    }
  }

  return { propose, execute, findOutcome };
}

/** What a user decides by shows no character that hides or reorders others (R30). */
function toVisibleCard(card: Card): Card {
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
