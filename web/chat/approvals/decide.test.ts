import { expect, test } from 'vitest';
import { Problem } from '../../problem.ts';
import { addApproval } from '../answer/tool-log.ts';
import { createConversationStore } from '../runtime/conversation-store.ts';
import { approvalFixture } from './approval.fixture.ts';
import type { Approval } from './approval.ts';
import { decide } from './decide.ts';

/** A page with one open approval, and a server that responds when the test resolves `answer`. */
function openApproval() {
  const store = createConversationStore('s1', { isNew: false });
  const approval = approvalFixture();
  store.set({ tools: addApproval(store.get().tools, approval) });
  const posts: string[] = [];
  const answer = Promise.withResolvers<{ confirmation: Approval }>();
  let followed = 0;
  const click = (decision: 'approve' | 'decline') =>
    decide(
      {
        store,
        post: (approvalId, sent) => {
          posts.push(`${approvalId} ${sent}`);
          return answer.promise;
        },
        follow: () => followed++,
      },
      approval,
      decision,
    );
  return { store, posts, answer, click, followed: () => followed, shown: () => store.get().tools.approvals['t1'] };
}

test('sends a double click once and locks both buttons (U29)', async () => {
  const { store, posts, answer, click, shown } = openApproval();
  const clicks = [click('approve'), click('approve'), click('decline')];
  expect(posts).toEqual(['a1 approve']);
  expect(store.get().attempts['a1']?.kind).toBe('sending');
  answer.resolve({ confirmation: approvalFixture({ state: 'confirmed' }) });
  await Promise.all(clicks);
  expect(shown()?.state).toBe('confirmed');
  expect(store.get().attempts).toEqual({});
});

test('loads the outcome after the response', async () => {
  const { answer, click, followed } = openApproval();
  answer.resolve({ confirmation: approvalFixture({ state: 'cancelled' }) });
  await click('decline');
  expect(followed()).toBe(1);
});

test('keeps the error of a rejected decision, reloads and allows another try', async () => {
  const { store, posts, answer, click, followed, shown } = openApproval();
  answer.reject(new Problem({ status: 409, code: 'APPROVAL_STALE', title: 'T', detail: 'D' }));
  await click('approve');
  expect(store.get().attempts['a1']).toMatchObject({ kind: 'refused', problem: { code: 'APPROVAL_STALE' } });
  expect([followed(), shown()?.state]).toEqual([1, 'pending']);
  await click('approve');
  expect(posts).toHaveLength(2);
});

test('keeps the approval pending when the response is lost', async () => {
  const { store, answer, click, shown } = openApproval();
  answer.reject(new TypeError('network'));
  await click('approve');
  expect(store.get().attempts['a1']).toMatchObject({ kind: 'refused', problem: { status: 0 } });
  expect(shown()?.state).toBe('pending');
});

test('sends nothing if another tab has already decided', async () => {
  const { store, posts, click } = openApproval();
  store.set({ tools: addApproval(store.get().tools, approvalFixture({ state: 'confirmed' })) });
  await click('decline');
  expect(posts).toEqual([]);
});
