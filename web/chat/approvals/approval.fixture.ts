// An approval as the server sends it, for tests.
import type { Approval } from './approval.ts';

type Change = Partial<Omit<Approval, 'card'>> & { card?: Partial<Approval['card']> };

export function approvalFixture({ card, ...change }: Change = {}): Approval {
  return {
    approvalId: 'a1',
    toolCallId: 't1',
    toolName: 'create_item',
    card: { action: 'create', title: 'Create Part Motor', message: 'It is created in Draft.', details: [], ...card },
    askedBy: null,
    expiresAt: '2026-05-03T10:05:00.000Z',
    state: 'pending',
    decidedAt: null,
    decidedBy: null,
    reopenedAt: null,
    outcome: null,
    ...change,
  };
}
