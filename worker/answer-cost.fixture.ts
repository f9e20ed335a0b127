// Counts what an answer costs in the Worker and its objects, which share the tests' isolate: SQL statements, written rows,
// calls between objects, timers, alarms and requests. Timers wait until the test releases them, so that counts don't depend
// on the speed of the machine.
/// <reference types="@cloudflare/vitest-plugin/types" />
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { Account } from '../durable/account/account.ts';
import { AuditTrail } from '../durable/audit/audit-trail.ts';
import { Breakers } from '../durable/breakers/breakers.ts';
import { Budget } from '../durable/budget/budget.ts';
import { budgetOf } from '../durable/contracts/budget.ts';
import { Conversation } from '../durable/conversation/conversation.ts';
import { until } from '../durable/conversation/tests/gated-world.fixture.ts';
import { Retention } from '../durable/retention/retention.ts';

const CLASSES = { Account, AuditTrail, Breakers, Budget, Conversation, Retention };
/** Looks in a row that find nothing in flight: between two requests are only continuations. */
const QUIET_TURNS = 20;

export type Costs = {
  /** Without those that create tables. */
  readonly statements: number;
  /** Statements that create or change tables. */
  readonly schemaStatements: number;
  readonly rowsWritten: number;
  /** By object and method. Alarms are not calls. */
  readonly calls: Readonly<Record<string, number>>;
  readonly timers: number;
  readonly intervals: number;
  readonly alarmsSet: number;
  readonly alarmsFired: number;
  readonly postgresRequests: number;
  /** To any other address. */
  readonly otherRequests: number;
};

type Timer = { isReleased: boolean; isDone: boolean; readonly ms: number };
type AnyMethod = (this: unknown, ...args: unknown[]) => unknown;

const NONE = () => ({
  statements: 0,
  schemaStatements: 0,
  rowsWritten: 0,
  calls: {} as Record<string, number>,
  timers: 0,
  intervals: 0,
  alarmsSet: 0,
  alarmsFired: 0,
  postgresRequests: 0,
  otherRequests: 0,
});

export type Meter = Awaited<ReturnType<typeof openMeter>>;

/** Counts from now on. Open it after anything else that replaces `fetch`. */
export async function openMeter() {
  const { NEON_FETCH_ENDPOINT: databaseUrl } = env as unknown as Record<string, string>;
  let costs = NONE();
  let inFlight = 0;
  const texts: string[] = [];
  const timers = new Set<Timer>();
  const undo: (() => void)[] = [];

  function replace(owner: object, name: string, replacement: (original: AnyMethod) => AnyMethod): void {
    const original = Reflect.get(owner, name) as AnyMethod;
    Object.defineProperty(owner, name, { value: replacement(original), configurable: true, writable: true });
    undo.push(() => Object.defineProperty(owner, name, { value: original, configurable: true, writable: true }));
  }

  async function flying<T>(work: Promise<T>): Promise<T> {
    inFlight += 1;
    try {
      return await work;
    } finally {
      inFlight -= 1;
    }
  }

  const storage = await runInDurableObject(budgetOf(env, crypto.randomUUID()), (_object, state) => ({
    sql: Object.getPrototypeOf(state.storage.sql) as object,
    storage: Object.getPrototypeOf(state.storage) as object,
  }));

  replace(storage.sql, 'exec', (exec) => {
    return function countedExec(this: unknown, ...args) {
      const [text] = args as [string];
      const cursor = exec.apply(this, args) as SqlStorageCursor<Record<string, SqlStorageValue>>;
      const changes = schemaChangesIn(text);
      costs.schemaStatements += changes;
      if (changes === 0) {
        costs.statements += 1;
        costs.rowsWritten += cursor.rowsWritten;
        texts.push(text.replaceAll(/\s+/g, ' ').trim());
      }
      return cursor;
    };
  });
  replace(storage.storage, 'put', (put) => {
    return function countedPut(this: unknown, ...args) {
      costs.rowsWritten += 1;
      return put.apply(this, args);
    };
  });
  replace(storage.storage, 'setAlarm', (setAlarm) => {
    return function countedSetAlarm(this: unknown, ...args) {
      costs.alarmsSet += 1;
      return setAlarm.apply(this, args);
    };
  });

  for (const [name, { prototype }] of Object.entries(CLASSES)) {
    for (const method of Object.getOwnPropertyNames(prototype)) {
      if (method === 'constructor') continue;
      replace(prototype, method, (original) => {
        return function countedCall(this: unknown, ...args) {
          if (method === 'alarm') costs.alarmsFired += 1;
          else costs.calls[`${name}.${method}`] = (costs.calls[`${name}.${method}`] ?? 0) + 1;
          return flying(Promise.resolve(original.apply(this, args)));
        };
      });
    }
  }

  replace(globalThis, 'fetch', (fetch) => {
    return function countedFetch(this: unknown, ...args) {
      const [input] = args as [RequestInfo];
      const url = input instanceof Request ? input.url : String(input);
      if (url === databaseUrl) costs.postgresRequests += 1;
      else costs.otherRequests += 1;
      return flying(fetch.apply(this, args) as Promise<Response>);
    };
  });

  const { setTimeout: realSetTimeout, clearTimeout: realClearTimeout } = globalThis;
  const handles = new Map<unknown, () => void>();
  replace(globalThis, 'setTimeout', () => {
    return function heldTimeout(...args) {
      const [callback, ms = 0, ...rest] = args as [(...args: unknown[]) => void, number?, ...unknown[]];
      costs.timers += 1;
      const timer: Timer = { isReleased: false, isDone: false, ms };
      timers.add(timer);
      // Polls with real timers of its own object: a callback belongs to the object that set it.
      let handle: ReturnType<typeof setTimeout>;
      const look = (): void => {
        if (!timer.isReleased) {
          handle = realSetTimeout(look, 1);
          return;
        }
        end();
        callback(...rest);
      };
      const end = (): void => {
        timer.isDone = true;
        timers.delete(timer);
      };
      handle = realSetTimeout(look, 1);
      const first = handle;
      handles.set(first, () => {
        end();
        realClearTimeout(handle);
      });
      return first;
    };
  });
  replace(globalThis, 'clearTimeout', () => {
    return function clearHeld(handle) {
      const clear = handles.get(handle);
      handles.delete(handle);
      if (clear) clear();
      else realClearTimeout(handle as number);
    };
  });
  replace(globalThis, 'setInterval', (setInterval) => {
    return function countedInterval(...args) {
      costs.intervals += 1;
      return setInterval.apply(globalThis, args);
    };
  });

  async function quiet(): Promise<void> {
    let turns = 0;
    await until(() => {
      turns = inFlight === 0 ? turns + 1 : 0;
      return turns > QUIET_TURNS;
    });
  }

  const dueIn = (limitMs: number): Timer[] => [...timers].filter(({ ms }) => ms <= limitMs);

  /** Fires the timers of up to `limitMs` that are set now, and waits for what they start. */
  async function fireTimers(limitMs: number): Promise<void> {
    const due = dueIn(limitMs);
    for (const timer of due) timer.isReleased = true;
    await until(() => due.every(({ isDone }) => isDone));
    await quiet();
  }

  return {
    quiet,
    fireTimers,
    /** Fires timers until only those of more than a minute are set. */
    async settle(): Promise<void> {
      await quiet();
      while (dueIn(60_000).length > 0) await fireTimers(60_000);
    },
    /** What was counted since the last call. */
    take(): Costs {
      const taken = costs;
      costs = NONE();
      texts.length = 0;
      return taken;
    },
    /** The statements since then, to explain a count. */
    statements: (): Record<string, number> => {
      const counts: Record<string, number> = {};
      for (const text of texts) counts[text] = (counts[text] ?? 0) + 1;
      return counts;
    },
    close(): void {
      for (const restore of undo.reverse()) restore();
    },
  };
}

const WORD = /^(create|alter|drop|pragma)\b/i;

/** A text can have several statements, with comments. */
const schemaChangesIn = (text: string): number =>
  text
    .replaceAll(/--[^\n]*/g, '')
    .split(';')
    .filter((statement) => WORD.test(statement.trim())).length;
