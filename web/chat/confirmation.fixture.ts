// A confirmation as the server tells of it, for tests.
import type { Confirmation } from '../../worker/contract.ts';

type Change = Partial<Omit<Confirmation, 'card'>> & { card?: Partial<Confirmation['card']> };

export function confirmationOf({ card, ...change }: Change = {}): Confirmation {
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
    outcome: null,
    ...change,
  };
}
