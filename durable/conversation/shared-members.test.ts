import { describe, expect, it } from 'vitest';
import { AppError } from '../errors.ts';
import type { SharedPlace } from '../packs/pack.ts';
import type { Access } from '../principal.ts';
import { createMembers, MEMBER_FRESH_MS } from './shared-members.ts';

const PLACE = { title: 'A place' } as SharedPlace;
const person = (userId: string, orgId = 'org') => ({ userId, orgId }) as Access;
const [eli, vic] = [person('eli'), person('vic')];
const away = () => new AppError('DATABASE_UNAVAILABLE');

function createTrial() {
  const questions: { access: Access; answer: PromiseWithResolvers<SharedPlace | null> }[] = [];
  let now = 0;
  const members = createMembers({
    find: (access) => {
      const answer = Promise.withResolvers<SharedPlace | null>();
      questions.push({ access, answer });
      return answer.promise;
    },
    now: () => now,
  });
  const learn = (access: Access, answer: SharedPlace | null | Error, maxAgeMs?: number) => {
    const learned = members.learn(access, maxAgeMs);
    const question = questions.at(-1)?.answer;
    if (answer instanceof Error) question?.reject(answer);
    else question?.resolve(answer);
    return learned;
  };
  return {
    members,
    learn,
    asked: () => questions.length,
    pass: (ms: number) => {
      now += ms;
    },
  };
}

describe('members: cached answers', () => {
  it('queries once per user while the result is fresh', async () => {
    const { members, learn, asked, pass } = createTrial();
    expect(members.get(eli)).toBeNull();
    expect(await learn(eli, PLACE)).toBe(PLACE);
    pass(MEMBER_FRESH_MS);
    expect(await members.learn(eli)).toBe(PLACE);
    expect([members.get(eli), members.isFresh(eli), asked()]).toEqual([PLACE, true, 1]);
    expect([members.get(vic), members.get(person('eli', 'other org'))]).toEqual([null, null]);
    pass(1);
    expect(members.isFresh(eli)).toBe(false);
    expect(await learn(eli, null)).toBeNull();
    expect([members.get(eli), asked()]).toEqual([null, 2]);
  });

  it('can require a fresher result', async () => {
    const { members, learn, asked, pass } = createTrial();
    await learn(eli, PLACE);
    pass(10_001);
    await learn(eli, PLACE, 10_000);
    expect(asked()).toBe(2);
    await members.learn(eli, 10_000);
    expect(asked()).toBe(2);
  });

  it('dates a result from before its query', async () => {
    const { members, learn, pass } = createTrial();
    const learned = members.learn(eli);
    pass(MEMBER_FRESH_MS + 1);
    await Promise.all([learned, learn(eli, PLACE)]);
    expect(members.isFresh(eli)).toBe(false);
  });

  it('shares one query among concurrent calls', async () => {
    const { members, learn, asked } = createTrial();
    const learned = [members.learn(eli), members.learn(eli), learn(eli, PLACE)];
    expect(await Promise.all(learned)).toEqual([PLACE, PLACE, PLACE]);
    expect(asked()).toBe(1);
  });

  it('does not cache a refusal, so that a new member gets in at once', async () => {
    const { learn, asked } = createTrial();
    await learn(vic, null);
    expect(await learn(vic, PLACE)).toBe(PLACE);
    expect(asked()).toBe(2);
  });
});

describe('members: without Postgres', () => {
  it('uses the last result for ten minutes and no longer (R48)', async () => {
    const { members, learn, pass } = createTrial();
    await learn(eli, PLACE);
    pass(10 * 60_000);
    expect(await learn(eli, away())).toBe(PLACE);
    pass(1);
    await expect(learn(eli, away())).rejects.toThrow('DATABASE_UNAVAILABLE');
    expect(members.get(eli)).toBeNull();
  });

  it('admits no one without an earlier result, or after our own failure', async () => {
    const { members, learn, pass } = createTrial();
    await expect(learn(vic, away())).rejects.toThrow('DATABASE_UNAVAILABLE');
    await learn(eli, PLACE);
    pass(MEMBER_FRESH_MS + 1);
    await expect(learn(eli, new AppError('INTERNAL'))).rejects.toThrow('INTERNAL');
    expect(members.get(eli)).toBeNull();
  });
});
