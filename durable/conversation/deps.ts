// The dependencies of a conversation's functions. `wiring.ts` provides them; each function takes the few members it uses.
import type { Breaker } from '../breakers/isolate-breakers.ts';
import type { BudgetGuard } from '../budget/budget-guard.ts';
import type { Clock } from '../clock.ts';
import type { AiSettings } from '../contracts/ai-settings.ts';
import type { ConversationReply } from '../contracts/conversation.ts';
import type { ScopeIds, SharedPlace, View } from '../packs/pack.ts';
import type { Access } from '../principal.ts';
import type { ToolRunner, ToolRunnerDeps } from '../tools/run-tool.ts';
import type { EventLog } from './log/event-log.ts';
import type { EarlyStops } from './run/admission/early-stops.ts';
import type { TurnQueue } from './run/admission/turn-queue.ts';
import type { Assignment, ResolveModel } from './run/assignment.ts';
import type { RunGate } from './run/run-gate.ts';
import type { Run } from './run/runs.ts';
import type { Steps } from './run/step.ts';
import type { Session } from './session.ts';
import type { Members } from './shared-members.ts';

/** A run that was admitted and has not ended. It is immutable; its parts have their own state. */
export type LiveRun = {
  /** The run as admitted. `assignment.run()` names the model that answers now. */
  readonly run: Run;
  /** The rights it was admitted with. */
  readonly access: Access;
  /** The shared place, as the run's user saw it at admission; null for a private conversation. */
  readonly place: SharedPlace | null;
  /** The model named in the request. */
  readonly requestedModel: string | null;
  readonly gate: RunGate;
  readonly assignment: Assignment;
  readonly steps: Steps;
  /** Settles when the end of the run is committed. */
  readonly ended: PromiseWithResolvers<void>;
};

/** The object's own storage. */
export type Storage = {
  readonly sql: SqlStorage;
  /** Runs `work`. Its writes are stored together, or not at all if it throws. Changes in memory are not undone. */
  transaction<T>(work: () => T): T;
  /** The session row, read once and written through. */
  readonly session: { get(): Session | null; put(session: Session): void };
};

export type Identifiers = { newId(): string };

/** Delivers what was committed to Postgres, the Account and the Budget. */
export type Wakeups = {
  /** Makes sure that an alarm is set, so that a restarted object resumes unfinished work. */
  keepAlive(): void;
  /** The outbox has rows; delivery may start after `delayMs`. `account`: only of those for Accounts. */
  drainSoon(delayMs: number, only?: 'account'): void;
};

export type ConversationDeps = Clock &
  Storage &
  Identifiers &
  Wakeups & {
    /** The id that addresses the conversation, even if it has no messages yet. */
    id(): string;
    readonly log: EventLog;
    readonly queue: TurnQueue;
    /** By run id. Kept as long as this instance of the object lives. */
    readonly live: Map<string, LiveRun>;
    /** Stops of runs that have not arrived yet. */
    readonly earlyStops: EarlyStops;
    /** Who takes part in a shared conversation. */
    readonly members: Members;
    readonly resolveModel: ResolveModel;
    /** Decides whether an org may call a provider now, and records the result. */
    breakerFor(orgId: string, connection: string): Breaker;
    /**
     * Gets the current rights in the org and the place, and the current settings, from Postgres through the user's Account.
     */
    confirm(access: Access): Promise<ConversationReply<{ access: Access; settings?: AiSettings }>>;
    readonly budget: BudgetGuard;
    /** The only way to call a tool. */
    openTools(options: Pick<ToolRunnerDeps, 'tools' | 'limits' | 'audit'>): ToolRunner;
    /**
     * The scope in view, as far as its names are known. Unknown names are looked up in the background, for the next turn.
     */
    viewOf(access: Access, ids: ScopeIds): View;
    /** Keeps the object alive until `work` is done. */
    background(work: Promise<unknown>): void;
    /** Ends this instance of the object. The next one finds its unfinished runs and ends them. */
    restart(reason: string): void;
  };
