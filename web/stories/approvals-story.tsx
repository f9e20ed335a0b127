// Approvals, pending and decided.
import type { Approval, Attempts } from '../chat/approvals/approval.ts';
import { Problem } from '../problem.ts';
import { answer, approval, DELETION, question, RENAME, TRANSITION, toolCall } from './story-data.ts';
import { PanelStory, StoryFrame } from './story-frame.tsx';

const DECIDED = { decidedAt: new Date().toISOString(), decidedBy: 'Ada Moreau' };
const MADE = { message: 'Created PN-000123 Motor Assembly', path: '/workspace/items/1', label: 'View PN-000123' };

const decided = new Problem({
  status: 409,
  code: 'APPROVAL_DECIDED',
  title: 'Already decided',
  detail: 'This was already confirmed or canceled, perhaps in another tab.',
});

const APPROVALS: readonly { title: string; card: Approval; attempts?: Attempts }[] = [
  { title: 'Create', card: approval('1') },
  { title: 'Transition', card: approval('2', { card: TRANSITION }) },
  { title: 'Delete', card: approval('3', { card: DELETION }) },
  { title: 'Running', card: approval('4', { card: RENAME, decidedAt: DECIDED.decidedAt }) },
  { title: 'Confirmed', card: approval('5', { state: 'confirmed', ...DECIDED, outcome: MADE }) },
  { title: 'Canceled', card: approval('6', { state: 'cancelled', ...DECIDED }) },
  { title: 'Expired', card: approval('7', { state: 'expired' }) },
  {
    title: 'Failed',
    card: approval('8', {
      state: 'failed',
      ...DECIDED,
      card: TRANSITION,
      outcome: { message: 'PN-000059 was changed by someone else in the meantime.', path: null, label: null },
    }),
  },
  { title: 'Outcome unknown', card: approval('9', { state: 'unknown', ...DECIDED }) },
  {
    title: 'Already decided',
    card: approval('0', {
      state: 'confirmed',
      decidedAt: DECIDED.decidedAt,
      decidedBy: 'Eli Okafor',
      outcome: MADE,
    }),
    attempts: { '0b000000-0000-4000-8000-000000000000': { kind: 'refused', decision: 'decline', problem: decided } },
  },
];

export function ApprovalsStory() {
  return (
    <StoryFrame>
      <main className="h-dvh overflow-y-auto bg-canvas p-6">
        <h1 className="mb-4 text-title font-semibold">Approvals</h1>
        <div className="grid grid-cols-[repeat(auto-fill,minmax(min(24rem,100%),1fr))] gap-4">
          {APPROVALS.map(({ title, card, attempts = {} }) => (
            <PanelStory
              key={title}
              title={title}
              height="h-[34rem]"
              state={{
                messages: [
                  question('u1', 'Create a new part called Motor Assembly'),
                  answer(
                    'a1',
                    toolCall(
                      card.toolCallId,
                      card.toolName,
                      { name: 'Motor Assembly' },
                      card.state === 'confirmed' ? { itemNumber: 'PN-000123' } : undefined,
                    ),
                  ),
                ],
                tools: { approvals: { [card.toolCallId]: card }, links: {}, spans: {} },
                attempts,
              }}
            />
          ))}
        </div>
      </main>
    </StoryFrame>
  );
}
