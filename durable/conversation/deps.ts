// What the functions of a conversation may ask of the world around them.
import type { Breaker } from '../breakers/isolate-breakers.ts';
import type { AppError } from '../errors.ts';
import type { SharedPlace, View } from '../packs/pack.ts';
import type { Access } from '../principal.ts';
import type { AiSettings } from '../providers/ai-settings.ts';
import type { Answering } from '../providers/catalog.ts';
import type { Usage } from '../providers/models.ts';
import type { ToolRunner, ToolRunnerDeps } from '../tools/run-tool.ts';
import type { AnswerWriter } from './answer-writer.ts';
import type { BudgetGuard } from './budget-guard.ts';
import type { EventLog } from './event-log.ts';
import type { Members } from './members.ts';
import type { Answer } from './requests.ts';
import type { Lease, Run } from './runs.ts';
import type { Session } from './session.ts';
import type { Place } from './transcript.ts';
import type { TurnQueue } from './turn-queue.ts';

/** Who answers, and who does while that one cannot. */
export type Resolved = Answering & { readonly fallback: Answering | null };

/** Which model is to answer, and by whose rights and settings. */
export type ModelQuestion = {
  readonly requested: string | null;
  readonly access: Access;
  readonly settings: AiSettings;
  /** What the conversation and its turn are about; the first one decides. */
  readonly programs: readonly string[];
};

/** Tokens that a request used, and whose they were. */
export type TokensUsed = { readonly usage: Usage; readonly provider: string; readonly model: string };

/** One answer of the model within a turn: each becomes a message of its own, with its own cost. */
export type Step = {
  readonly messageId: string;
  readonly place: Place;
  readonly writer: AnswerWriter;
  /** What its tokens are charged to; null until it is begun. */
  lease: Lease | null;
  /** From the user's message to the first word of the answer. */
  firstTokenMs: number | null;
};

/** A turn that was admitted and has not ended. */
export type LiveTurn = {
  /** Names the model that answers: another one once a fallback or newer settings took over. */
  run: Run;
  /** The rights that the turn was admitted with. */
  readonly access: Access;
  /** The place that the conversation belongs to, as the turn's person saw it then; null where it is their own alone. */
  readonly place: SharedPlace | null;
  /** The model that the request itself names. */
  readonly requestedModel: string | null;
  resolved: Resolved;
  /** The request to the provider that is under way, or whose answer waits for rights; null before the first. */
  attempt: AbortController | null;
  /** Who is to answer instead of it, since the settings that it was made by no longer hold. */
  successor: Resolved | null;
  /** The step that is being written. */
  step: Step;
  /** What finished steps and abandoned requests used. */
  readonly used: TokensUsed[];
  /** The approvals whose effect was begun: what became of one is known from its answer or its journal alone. */
  readonly tried: Set<string>;
  readonly controller: AbortController;
  /** Settles when the turn's end is committed. */
  readonly ended: PromiseWithResolvers<void>;
  /** Settles to null once the user's rights are known to hold, else to the refusal. */
  readonly rights: PromiseWithResolvers<AppError | null>;
  /** Tokens that the org may use in a month, as last confirmed. */
  limit: number | null;
  /** Settles to null once the tokens of the turn's first answer are reserved, else to the refusal. */
  readonly quota: PromiseWithResolvers<AppError | null>;
  /** Nothing of it is shown until `quota` settles. */
  isHeldForQuota: boolean;
  isReserving: boolean;
};

export type ConversationDeps = {
  readonly sql: SqlStorage;
  /** The id under which the conversation is addressed, whether it was begun or not. */
  id(): string;
  readonly log: EventLog;
  readonly queue: TurnQueue;
  /** Turns by run id; they live as long as this instance of the object. */
  readonly live: Map<string, LiveTurn>;
  /** The session row, read once and written through. */
  readonly session: { get(): Session | null; put(session: Session): void };
  /** Who takes part where several people share the conversation. */
  readonly members: Members;
  /** Runs `work`, whose writes are stored together or, where it throws, not at all. Its changes in memory stay. */
  transaction<T>(work: () => T): T;
  now(): number;
  newId(): string;
  /** Calls back once after `ms`, unless the returned function is called before. */
  later(ms: number, callback: () => void): () => void;
  /** Calls back each `ms` until the returned function is called. */
  every(ms: number, callback: () => void): () => void;
  resolveModel(question: ModelQuestion): Answer<Resolved>;
  /** Whether an org may ask a provider now, and what becomes of its retries. */
  breakerFor(orgId: string, connection: string): Breaker;
  /**
   * Asks Postgres, through the user's Account object, whether `access` still holds, in the org and at a shared place, and
   * what the settings are now.
   */
  confirm(access: Access): Promise<Answer<{ access: Access; settings?: AiSettings }>>;
  readonly budget: BudgetGuard;
  /** The only way to a tool. */
  openTools(options: Pick<ToolRunnerDeps, 'tools' | 'limits' | 'audit'>): ToolRunner;
  /** What is in view as far as it is known by now; asked of Postgres behind the turn's back, for the next one. */
  viewOf(access: Access, ids: { programId: string | null; designId: string | null }): View;
  /** Makes sure that an alarm is set, so that a restarted object finds what this one left undone. */
  keepAlive(): void;
  /** Ends this instance of the object. The next one finds the runs that it left, and ends them. */
  restart(reason: string): void;
  /** The outbox has rows; they may go out from `delayMs` on. */
  drainSoon(delayMs: number): void;
};
