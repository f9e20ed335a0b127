// Tickets and invoices. Every query names the customer, taken from the session and never from the request.
import type { Database } from './database.ts';

export type Ticket = {
  readonly number: number;
  readonly subject: string;
  readonly body: string;
  readonly requester: string;
  readonly status: 'open' | 'waiting' | 'solved';
  readonly priority: 'low' | 'normal' | 'urgent';
  readonly assignee: string | null;
  readonly openedAt: Date;
  readonly dueAt: Date | null;
};

export type Invoice = {
  readonly number: string;
  readonly period: string;
  readonly amountCents: number;
  readonly dueOn: string;
  readonly paidOn: string | null;
};

export const STATUSES = ['open', 'waiting', 'solved'] as const;

const SELECT = `select t.number, t.subject, t.body, t.requester, t.status, t.priority, p.name as assignee,
  t.opened_at as "openedAt", t.due_at as "dueAt"
  from tickets t left join people p on p.id = t.assignee_id where t.customer_id = $1`;

export async function listTickets(database: Database, customerId: string): Promise<Ticket[]> {
  const { rows } = await database.query<Ticket>(`${SELECT} order by t.number`, [customerId]);
  return rows;
}

export async function findTicket(database: Database, customerId: string, number: string): Promise<Ticket | null> {
  const { rows } = await database.query<Ticket>(`${SELECT} and t.number::text = $2`, [customerId, number]);
  return rows[0] ?? null;
}

/** True if there is such a ticket. */
export async function setStatus(
  database: Database,
  customerId: string,
  number: string,
  status: Ticket['status'],
): Promise<boolean> {
  const { rowCount } = await database.query(
    'update tickets set status = $3 where customer_id = $1 and number::text = $2',
    [customerId, number, status],
  );
  return rowCount === 1;
}

export async function listInvoices(database: Database, customerId: string): Promise<Invoice[]> {
  const { rows } = await database.query<Invoice>(
    `select number, period, amount_cents as "amountCents", due_on::text as "dueOn", paid_on::text as "paidOn"
    from invoices where customer_id = $1 order by number desc`,
    [customerId],
  );
  return rows;
}
