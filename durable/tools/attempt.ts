// One attempt to run a tool: it knows what the audit log is to be told, and turns each way to end into what the model
// reads.
import type { AuditEvent } from '../audit/audit-event.ts';
import { logFailure } from '../log.ts';
import { cutResult } from './cut-result.ts';
import { refuse as refusal, refuseFault } from './refusals.ts';
import type { Tool, ToolLink, ToolRefusal } from './tool.ts';
import { type CallContext, type ToolFact, type ToolMeta, toAuditEvent } from './tool-audit.ts';

/** `content` is JSON for the model, everywhere. */
export type Result = {
  readonly kind: 'result';
  readonly content: string;
  /** A button for the page; null for most tools. */
  readonly link: ToolLink | null;
};

/** Nothing was changed. */
export type Refused = {
  readonly kind: 'refused';
  readonly code: string;
  /** For people: the same sentence that the model got. */
  readonly message: string;
  readonly content: string;
  /** False where the model has something to offer instead. */
  readonly isError: boolean;
  /** True where no further call of this turn can succeed. */
  readonly endsTurn: boolean;
};

/** Nobody can tell whether it was done. It must not be tried again before the user has looked. */
export type Unknown = { readonly kind: 'unknown'; readonly message: string; readonly content: string };

/** What one result may weigh (R33). */
const MAX_RESULT_BYTES = 32_768;

const LOST =
  'The database was asked to do this, but its answer was lost: it may or may not have been done. Do not repeat it; the user should look at the data first.';

type AttemptDeps = { audit(event: AuditEvent): void; now(): number; newId(): string };
type Known = { readonly parameters: unknown; readonly meta: ToolMeta };
type Told = Partial<Pick<ToolFact, 'result' | 'error'>>;

export type Attempt = ReturnType<typeof attemptOf>;

export function attemptOf(
  deps: AttemptDeps,
  context: CallContext,
  call: Known & { readonly name: string; readonly startedAt?: number },
) {
  const startedAt = call.startedAt ?? deps.now();

  /** The same attempt, of which more is known. */
  function withKnown(known: Partial<Known>): Attempt {
    return attemptOf(deps, context, { ...call, ...known, startedAt });
  }

  function note(event: ToolFact['event'], told: Told): void {
    const { name, parameters, meta } = call;
    const now = deps.now();
    const fact = { event, tool: name, parameters, meta, durationMs: now - startedAt, ...told };
    deps.audit(toAuditEvent(context, fact, { id: deps.newId(), now }));
  }

  function refuse(told: ToolRefusal, options: { readonly endsTurn?: boolean } = {}): Refused {
    const { code, message, facts = {}, isOffer = false } = told;
    note('tool.refused', { error: code, result: { message, ...facts } });
    const said = isOffer ? { message, ...facts } : { refused: true, code, message, ...facts };
    const content = cutResult(said, MAX_RESULT_BYTES).text;
    return { kind: 'refused', code, message, content, isError: !isOffer, endsTurn: options.endsTurn ?? false };
  }

  /** Shows what a tool found, and notes it. */
  function complete(tool: Tool, data: unknown): Result | Refused {
    const shown = show(tool, data);
    if (!shown) return fail(new Error('a tool answered in another shape than its own'));
    note('tool.completed', { result: shown.output });
    return shown.result;
  }

  /** Shows what an effect made. It was noted where it happened, and it happened, whatever can be read of it. */
  function report(tool: Tool, data: unknown): Result {
    const shown = show(tool, data);
    if (shown) return shown.result;
    logFailure('the result of an effect has another shape than its tool says', null, { tool: call.name });
    const content = JSON.stringify({ done: true, message: 'It was done, but its result cannot be shown.' });
    return { kind: 'result', content, link: null };
  }

  function fail(error: unknown): Refused {
    const known = refuseFault(error);
    if (known) return refuse(known);
    logFailure('a tool failed', error, { tool: call.name });
    note('tool.failed', { error: 'INTERNAL' });
    const { code, message } = refusal('INTERNAL', 'This tool failed on our side. Nothing was changed.');
    const content = JSON.stringify({ refused: true, code, message });
    return { kind: 'refused', code, message, content, isError: true, endsTurn: false };
  }

  function lose(): Unknown {
    note('tool.unknown', { error: 'UNKNOWN' });
    return { kind: 'unknown', message: LOST, content: JSON.stringify({ outcome: 'unknown', message: LOST }) };
  }

  return { with: withKnown, note, refuse, complete, report, fail, lose };
}

function show(tool: Tool, data: unknown): { readonly output: unknown; readonly result: Result } | null {
  const output = tool.output.safeParse(data);
  if (!output.success || typeof output.data !== 'object' || output.data === null) return null;
  const link = 'link' in tool && tool.link ? tool.link(output.data) : null;
  const { text } = cutResult(output.data as Record<string, unknown>, MAX_RESULT_BYTES);
  return { output: output.data, result: { kind: 'result', content: text, link } };
}
