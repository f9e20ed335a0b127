// Decisions: as they wait, and as they ended.
import type { Confirmation } from '../../worker/contract.ts';
import type { Attempts } from '../chat/confirmation.ts';
import { Problem } from '../problem.ts';
import { answer, confirmation, DELETION, question, TRANSITION, toolCall } from './story-data.ts';
import { PanelPlace, StoryFrame } from './story-frame.tsx';

const DECIDED = { decidedAt: new Date().toISOString(), decidedBy: 'Ada Moreau' };
const MADE = { message: 'Created PN-000123 Motor Assembly', path: '/workspace/items/1', label: 'View PN-000123' };

const decided = new Problem({
  status: 409,
  code: 'APPROVAL_DECIDED',
  title: 'Decided already',
  detail: 'This was confirmed or cancelled before, perhaps in another tab.',
});

const CARDS: readonly { title: string; card: Confirmation; attempts?: Attempts }[] = [
  { title: 'Create', card: confirmation('1') },
  { title: 'Transition', card: confirmation('2', { card: TRANSITION }) },
  { title: 'Delete', card: confirmation('3', { card: DELETION }) },
  { title: 'Being done', card: confirmation('4', { decidedAt: DECIDED.decidedAt }) },
  { title: 'Confirmed', card: confirmation('5', { state: 'confirmed', ...DECIDED, outcome: MADE }) },
  { title: 'Cancelled', card: confirmation('6', { state: 'cancelled', ...DECIDED }) },
  { title: 'Expired', card: confirmation('7', { state: 'expired' }) },
  {
    title: 'Failed',
    card: confirmation('8', {
      state: 'failed',
      ...DECIDED,
      card: TRANSITION,
      outcome: { message: 'PN-000059 was changed by someone else meanwhile.', path: null, label: null },
    }),
  },
  { title: 'Outcome unknown', card: confirmation('9', { state: 'unknown', ...DECIDED }) },
  {
    title: 'Already decided',
    card: confirmation('0', {
      state: 'confirmed',
      decidedAt: DECIDED.decidedAt,
      decidedBy: 'Eli Okafor',
      outcome: MADE,
    }),
    attempts: { '0b000000-0000-4000-8000-000000000000': { kind: 'refused', decision: 'decline', problem: decided } },
  },
];

export function CardsStory() {
  return (
    <StoryFrame>
      <main className="h-dvh overflow-y-auto bg-canvas p-6">
        <h1 className="mb-4 text-title font-semibold">Decisions</h1>
        <div className="grid grid-cols-[repeat(auto-fill,minmax(min(24rem,100%),1fr))] gap-4">
          {CARDS.map(({ title, card, attempts = {} }) => (
            <PanelPlace
              key={title}
              title={title}
              height="h-[34rem]"
              state={{
                messages: [
                  question('u1', 'Create a new part called Motor Assembly'),
                  answer('a1', toolCall(card.toolCallId, card.toolName, { name: 'Motor Assembly' })),
                ],
                tools: { confirmations: { [card.toolCallId]: card }, offers: {}, spans: {} },
                attempts,
              }}
            />
          ))}
        </div>
      </main>
    </StoryFrame>
  );
}
