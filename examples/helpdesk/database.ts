// Harbor Desk's own Postgres database: its tables, and the data that a first start creates.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { hashPassword } from './passwords.ts';

export type Database = pg.Pool;

/** All demo people have this password. The sign-in page shows it. */
export const DEMO_PASSWORD = 'harbor';

type Customer = {
  readonly slug: string;
  readonly name: string;
  readonly people: readonly (readonly [name: string, email: string, role: 'manager' | 'agent', language?: 'de'])[];
  readonly tickets: readonly Ticket[];
  readonly invoices: readonly (readonly [number: string, period: string, cents: number, due: string, paid?: string])[];
};

type Ticket = {
  readonly subject: string;
  readonly body: string;
  readonly requester: string;
  readonly status?: 'waiting' | 'solved';
  readonly priority?: 'low' | 'urgent';
  /** The name of a person of the customer. */
  readonly assignee?: string;
  readonly openedHoursAgo: number;
  readonly dueInHours?: number;
};

const CUSTOMERS: readonly Customer[] = [
  {
    slug: 'lakeside-hotels',
    name: 'Lakeside Hotels',
    people: [
      ['Ines Moreau', 'ines@lakeside.test', 'manager'],
      ['Theo Brandt', 'theo@lakeside.test', 'agent'],
      ['Mia Castillo', 'mia@lakeside.test', 'agent'],
    ],
    tickets: [
      {
        subject: 'Key cards do not open rooms on floor 3',
        body: 'Since the update last night, new key cards open floors 1 and 2 only. Guests on floor 3 are let in by staff.',
        requester: 'Front desk, Lakeside North',
        priority: 'urgent',
        assignee: 'Theo Brandt',
        openedHoursAgo: 3,
        dueInHours: 2,
      },
      {
        subject: 'Booking page shows prices without city tax',
        body: 'The total on the booking page leaves out the city tax, and guests complain at check-out.',
        requester: 'Revenue team',
        priority: 'urgent',
        assignee: 'Mia Castillo',
        openedHoursAgo: 20,
        dueInHours: 6,
      },
      {
        subject: 'Wi-Fi is slow in the conference wing',
        body: 'Video calls drop in rooms Birch and Cedar when both are full. The access points were last replaced in 2021.',
        requester: 'Events, Lakeside South',
        assignee: 'Theo Brandt',
        openedHoursAgo: 48,
        dueInHours: 30,
      },
      {
        subject: 'Add the spa to the guest app',
        body: 'The spa opens in three weeks. Guests should be able to book a treatment in the app.',
        requester: 'Marketing',
        status: 'waiting',
        priority: 'low',
        openedHoursAgo: 120,
      },
      {
        subject: 'Night audit report arrives twice',
        body: 'The report of 02:00 is sent at 02:00 and again at 02:10, with the same figures.',
        requester: 'Finance',
        status: 'waiting',
        assignee: 'Mia Castillo',
        openedHoursAgo: 70,
        dueInHours: 50,
      },
      {
        subject: 'Minibar charges on the wrong room',
        body: 'Room 214 was charged for room 241. The charge is refunded and the tablet was set up again.',
        requester: 'Front desk, Lakeside North',
        status: 'solved',
        assignee: 'Theo Brandt',
        openedHoursAgo: 200,
      },
    ],
    invoices: [
      ['HD-2026-0117', 'September 2026', 48_000, '2026-10-15', '2026-10-12'],
      ['HD-2026-0139', 'October 2026', 48_000, '2026-11-15', '2026-11-14'],
      ['HD-2026-0162', 'November 2026', 52_500, '2026-12-15'],
    ],
  },
  {
    slug: 'pinewood-clinics',
    name: 'Pinewood Clinics',
    people: [
      ['Owen Adeyemi', 'owen@pinewood.test', 'manager'],
      ['Ruth Kessler', 'ruth@pinewood.test', 'agent', 'de'],
    ],
    tickets: [
      {
        subject: 'Label printer in the lab prints blank labels',
        body: 'The printer feeds labels without text since this morning. Samples are labeled by hand.',
        requester: 'Lab, Pinewood East',
        priority: 'urgent',
        assignee: 'Ruth Kessler',
        openedHoursAgo: 5,
        dueInHours: 3,
      },
      {
        subject: 'Reminder messages are sent a day late',
        body: 'Patients get the reminder on the day of the appointment instead of the day before.',
        requester: 'Reception, Pinewood West',
        assignee: 'Ruth Kessler',
        openedHoursAgo: 28,
        dueInHours: 20,
      },
      {
        subject: 'New starters need access to the roster',
        body: 'Four nurses start on Monday. They need to see the roster of the day clinic.',
        requester: 'Human resources',
        status: 'waiting',
        openedHoursAgo: 60,
        dueInHours: 40,
      },
      {
        subject: 'Fax line of the pharmacy was dead',
        body: 'The line was repaired by the carrier, and incoming faxes arrive again.',
        requester: 'Pharmacy',
        status: 'solved',
        priority: 'low',
        assignee: 'Owen Adeyemi',
        openedHoursAgo: 150,
      },
    ],
    invoices: [
      ['HD-2026-0140', 'October 2026', 31_000, '2026-11-15', '2026-11-20'],
      ['HD-2026-0163', 'November 2026', 31_000, '2026-12-15'],
    ],
  },
];

/** Connects, creates the tables, and fills them the first time. */
export async function openDatabase(url: string): Promise<Database> {
  const database = new pg.Pool({ connectionString: url, max: 5 });
  // A connection that breaks while no one uses it. Without a listener, it would end the process.
  database.on('error', (error) => console.error(`database: ${error.message}`));
  await database.query(readFileSync(join(import.meta.dirname, 'schema.sql'), 'utf8'));
  const { rows } = await database.query('select 1 from customers limit 1');
  if (rows.length === 0) for (const customer of CUSTOMERS) await addCustomer(database, customer);
  return database;
}

async function addCustomer(database: Database, customer: Customer): Promise<void> {
  const { rows } = await database.query<{ id: string }>(
    'insert into customers (slug, name) values ($1, $2) returning id',
    [customer.slug, customer.name],
  );
  const id = rows[0]?.id;
  for (const [name, email, role, language = 'en'] of customer.people) {
    await database.query(
      `insert into people (customer_id, name, email, role, language, password_hash) values ($1, $2, $3, $4, $5, $6)`,
      [id, name, email, role, language, await hashPassword(DEMO_PASSWORD)],
    );
  }
  for (const [index, ticket] of customer.tickets.entries()) {
    await database.query(
      `insert into tickets
        (customer_id, number, subject, body, requester, status, priority, assignee_id, opened_at, due_at)
      values ($1, $2, $3, $4, $5, $6, $7, (select id from people where customer_id = $1 and name = $8),
        now() - make_interval(hours => $9), now() + make_interval(hours => $10))`,
      [
        id,
        1041 + index,
        ticket.subject,
        ticket.body,
        ticket.requester,
        ticket.status ?? 'open',
        ticket.priority ?? 'normal',
        ticket.assignee ?? null,
        ticket.openedHoursAgo,
        ticket.dueInHours ?? null,
      ],
    );
  }
  for (const [number, period, cents, due, paid] of customer.invoices) {
    await database.query(
      'insert into invoices (customer_id, number, period, amount_cents, due_on, paid_on) values ($1, $2, $3, $4, $5, $6)',
      [id, number, period, cents, due, paid ?? null],
    );
  }
}
