// How many requests a long outage costs (R47), with many conversations in one isolate and in many, including retries and
// breakers. The clock is controlled by the test, and the provider fails every request.
import { describe, expect, test } from 'vitest';
import { AppError } from '../errors.ts';
import { afterAnswers, afterFailure, type BreakerState, newBreaker, takeRetry } from './breaker.ts';
import { createIsolateBreakers, type IsolateBreakers, type OrgBreakers } from './isolate-breakers.ts';

const RETRIES = 2;
const MINUTE_MS = 60_000;

/** The Breakers of each org, as the object keeps them. */
function createOrgs(now: () => number): (orgId: string) => OrgBreakers {
  const states = new Map<string, BreakerState>();
  return (orgId) => {
    const name = (connection: string) => `${orgId} ${connection}`;
    const load = (connection: string) => states.get(name(connection)) ?? newBreaker(now());
    return {
      async mayRetry(connection) {
        const { state, granted } = takeRetry(load(connection), now());
        states.set(name(connection), state);
        return granted;
      },
      async failed({ connection, ...failure }) {
        const state = afterFailure(load(connection), failure, now(), 0.5);
        states.set(name(connection), state);
        return { openUntil: state.openUntil };
      },
      async answered({ connection, count }) {
        states.set(name(connection), afterAnswers(load(connection), count, now()));
      },
    };
  };
}

function createWorld(isolates: number) {
  const clock = { now: 1_800_000_000_000 };
  const now = () => clock.now;
  const ofOrg = createOrgs(now);
  const noteFailure = (error: unknown) => {
    throw error;
  };
  const all: IsolateBreakers[] = Array.from({ length: isolates }, () =>
    createIsolateBreakers({ ofOrg, now, noteFailure }),
  );
  const provider = { isUp: false, requests: 0 };
  let asked = 0;

  /** One message of some conversation. Resolves to true if it was answered. */
  async function message(orgId = 'org-1'): Promise<boolean> {
    const breakerFor = all[asked % isolates] as IsolateBreakers;
    asked += 1;
    const background: Promise<void>[] = [];
    const breaker = breakerFor(orgId, 'connection', (work) => background.push(work));
    const send = async (): Promise<boolean> => {
      for (let retry = 0; ; retry += 1) {
        provider.requests += 1;
        if (provider.isUp) return true;
        if (retry >= RETRIES || !(await breaker.mayRetry(new AppError('PROVIDER_OVERLOADED')))) return false;
      }
    };
    if (breaker.refusal()) return false;
    const isAnswered = await send();
    if (isAnswered) breaker.answered();
    else breaker.failed(new AppError('PROVIDER_OVERLOADED'));
    await Promise.all(background);
    return isAnswered;
  }
  return { clock, provider, message };
}

describe('a provider outage (R47)', () => {
  test.each([
    ['one isolate', 1, 200],
    ['ten isolates', 10, 200],
    ['an isolate for each conversation', 200, 200],
  ])('costs at most 1.2 requests per message in half an hour, with %s', async (_name, isolates, conversations) => {
    const { clock, provider, message } = createWorld(isolates);
    let messages = 0;
    for (let minute = 0; minute < 30; minute += 1) {
      for (let one = 0; one < conversations; one += 1) {
        messages += 1;
        await message();
        clock.now += MINUTE_MS / conversations;
      }
    }
    expect(provider.requests / messages).toBeLessThanOrEqual(1.2);
    // Probes continue, so that recovery is noticed.
    expect(provider.requests).toBeGreaterThan(0);
  });

  test('costs at most 1.2 requests per message in a burst of conversations', async () => {
    const { provider, message } = createWorld(20);
    await Promise.all(Array.from({ length: 100 }, () => message()));
    expect(provider.requests / 100).toBeLessThanOrEqual(1.2);
  });

  test('ends after one successful probe', async () => {
    const { clock, provider, message } = createWorld(1);
    for (let one = 0; one < 50; one += 1) await message();
    const before = provider.requests;
    expect(await message()).toBe(false);
    expect(provider.requests).toBe(before);
    provider.isUp = true;
    clock.now += 2 * MINUTE_MS;
    expect(await message()).toBe(true);
    for (let one = 0; one < 20; one += 1) expect(await message()).toBe(true);
  });

  test('sends one probe at a time', async () => {
    const { clock, provider, message } = createWorld(1);
    for (let one = 0; one < 50; one += 1) await message();
    clock.now += 2 * MINUTE_MS;
    const before = provider.requests;
    await Promise.all(Array.from({ length: 20 }, () => message()));
    expect(provider.requests - before).toBe(1);
  });

  test('of one org does not affect another', async () => {
    const { provider, message } = createWorld(1);
    for (let one = 0; one < 50; one += 1) await message('org-1');
    const before = provider.requests;
    await message('org-2');
    expect(provider.requests).toBeGreaterThan(before);
  });
});

describe('a transient fault', () => {
  test('is hidden by retries', async () => {
    const { provider, message } = createWorld(1);
    let fails = 2;
    Object.defineProperty(provider, 'isUp', { get: () => fails-- <= 0 });
    expect(await message()).toBe(true);
    expect(provider.requests).toBe(3);
  });
});

test('does not retry, and reports the failure, when the Breakers object is unavailable', async () => {
  const noted: unknown[] = [];
  const away = () => Promise.reject(new Error('away'));
  const breakerFor = createIsolateBreakers({
    ofOrg: () => ({ mayRetry: away, failed: away, answered: away }),
    now: () => 0,
    noteFailure: (error) => noted.push(error),
  });
  const background: Promise<void>[] = [];
  const breaker = breakerFor('org', 'connection', (work) => background.push(work));
  expect(await breaker.mayRetry(new AppError('PROVIDER_OVERLOADED'))).toBe(false);
  breaker.failed(new AppError('PROVIDER_OVERLOADED'));
  breaker.answered();
  await Promise.all(background);
  expect(noted).toHaveLength(3);
  expect(breaker.refusal()).toBeNull();
});

test('does not count a rejected key as a provider failure', async () => {
  const reports: unknown[] = [];
  const breakerFor = createIsolateBreakers({
    ofOrg: () => ({
      mayRetry: async () => true,
      failed: async (report) => ({ openUntil: reports.push(report) }),
      answered: async () => undefined,
    }),
    now: () => 0,
    noteFailure: () => undefined,
  });
  const breaker = breakerFor('org', 'connection', () => undefined);
  breaker.failed(new AppError('PROVIDER_AUTH'));
  breaker.failed(new AppError('INTERNAL'));
  expect(reports).toEqual([]);
  breaker.failed(new AppError('PROVIDER_RATE_LIMITED', { retryAfterSeconds: 3 }));
  expect(reports).toEqual([{ connection: 'connection', code: 'PROVIDER_RATE_LIMITED', retryAfterMs: 3_000 }]);
});

test('reports answers in batches', async () => {
  const reported: number[] = [];
  const clock = { now: 1_000_000 };
  const breakerFor = createIsolateBreakers({
    ofOrg: () => ({
      mayRetry: async () => true,
      failed: async () => ({ openUntil: 0 }),
      answered: async ({ count }) => void reported.push(count),
    }),
    now: () => clock.now,
    noteFailure: () => undefined,
  });
  const breaker = breakerFor('org', 'connection', () => undefined);
  for (let one = 0; one < 100; one += 1) breaker.answered();
  expect(reported).toEqual([1]);
  clock.now += 5_000;
  breaker.answered();
  expect(reported).toEqual([1, 100]);
});
