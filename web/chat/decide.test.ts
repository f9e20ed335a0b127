import { expect, test } from 'vitest';
import type { Confirmation } from '../../worker/contract.ts';
import { Problem } from '../problem.ts';
import { confirmationOf } from './confirmation.fixture.ts';
import { createConversationStore } from './conversation-store.ts';
import { decide } from './decide.ts';
import { addConfirmation } from './tool-log.ts';

/** A page with one open card, and a server that answers when the test says so. */
function openCard() {
  const store = createConversationStore('s1', { isNew: false });
  const card = confirmationOf();
  store.set({ tools: addConfirmation(store.get().tools, card) });
  const posts: string[] = [];
  const answer = Promise.withResolvers<{ confirmation: Confirmation }>();
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
      card,
      decision,
    );
  return { store, posts, answer, click, followed: () => followed, shown: () => store.get().tools.confirmations['t1'] };
}

test('U29: a double click is sent once, and both buttons are locked meanwhile', async () => {
  const { store, posts, answer, click, shown } = openCard();
  const clicks = [click('approve'), click('approve'), click('decline')];
  expect(posts).toEqual(['a1 approve']);
  expect(store.get().attempts['a1']?.kind).toBe('sending');
  answer.resolve({ confirmation: confirmationOf({ state: 'confirmed' }) });
  await Promise.all(clicks);
  expect(shown()?.state).toBe('confirmed');
  expect(store.get().attempts).toEqual({});
});

test('what the server answers is followed', async () => {
  const { answer, click, followed } = openCard();
  answer.resolve({ confirmation: confirmationOf({ state: 'cancelled' }) });
  await click('decline');
  expect(followed()).toBe(1);
});

test('a refused click says why, asks the server how things stand, and can be repeated', async () => {
  const { store, posts, answer, click, followed, shown } = openCard();
  answer.reject(new Problem({ status: 409, code: 'APPROVAL_STALE', title: 'T', detail: 'D' }));
  await click('approve');
  expect(store.get().attempts['a1']).toMatchObject({ kind: 'refused', problem: { code: 'APPROVAL_STALE' } });
  expect([followed(), shown()?.state]).toEqual([1, 'pending']);
  await click('approve');
  expect(posts).toHaveLength(2);
});

test('a click whose answer is lost says so and claims nothing', async () => {
  const { store, answer, click, shown } = openCard();
  answer.reject(new TypeError('network'));
  await click('approve');
  expect(store.get().attempts['a1']).toMatchObject({ kind: 'refused', problem: { status: 0 } });
  expect(shown()?.state).toBe('pending');
});

test('what another tab has decided is not sent again', async () => {
  const { store, posts, click } = openCard();
  store.set({ tools: addConfirmation(store.get().tools, confirmationOf({ state: 'confirmed' })) });
  await click('decline');
  expect(posts).toEqual([]);
});
