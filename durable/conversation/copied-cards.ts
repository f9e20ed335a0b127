// Cards of a copied conversation as they stood when it was copied. They are shown and never decided: what waited then waits
// in the original alone, and there is no approval here that a click could name.
import { z } from 'zod';
import { approvalsOfMessage, CardShape, Outcome, toConfirmation } from './approvals.ts';
import { Author, CONFIRMATION_STATES, type Confirmation } from './requests.ts';

export const CopiedCard = z.object({
  approvalId: z.uuid(),
  toolCallId: z.string(),
  toolName: z.string(),
  card: CardShape,
  askedBy: Author.nullable(),
  expiresAt: z.int(),
  state: z.enum(CONFIRMATION_STATES),
  decidedAt: z.int().nullable(),
  decidedBy: z.string().nullable(),
  outcome: Outcome.nullable(),
});
export type CopiedCard = z.infer<typeof CopiedCard>;

/** The cards of a message to be copied. */
export function cardsToCopy(sql: SqlStorage, messageId: string, now: number): CopiedCard[] {
  const own = approvalsOfMessage(sql, messageId).map((approval) => toConfirmation(approval, now));
  return (own.length > 0 ? own : copiedCardsOf(sql, messageId)).map((card) => CopiedCard.parse(asElsewhere(card)));
}

/** A click that is being carried out is told of in the original too. */
const asElsewhere = (card: Confirmation): Confirmation =>
  card.state === 'pending' ? { ...card, state: 'elsewhere' } : card;

export function copiedCardsOf(sql: SqlStorage, messageId: string): Confirmation[] {
  const row = sql
    .exec<{ cards: string }>('select cards from copied_cards where message_id = ?', messageId)
    .toArray()[0];
  // An absent `before` must stay absent: it would read as an empty one.
  return row ? (z.array(CopiedCard).parse(JSON.parse(row.cards)) as Confirmation[]) : [];
}

export function keepCopiedCards(sql: SqlStorage, messageId: string, cards: readonly CopiedCard[]): void {
  if (cards.length === 0) return;
  sql.exec('insert into copied_cards (message_id, cards) values (?, ?)', messageId, JSON.stringify(cards));
}
