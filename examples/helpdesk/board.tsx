// The React page of Harbor Desk: all tickets of the customer in three columns.
import { StrictMode, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';

type Ticket = {
  readonly number: number;
  readonly subject: string;
  readonly requester: string;
  readonly status: string;
  readonly priority: string;
  readonly assignee: string | null;
};

const COLUMNS = ['open', 'waiting', 'solved'];

function Board() {
  const tickets = useTickets();
  const [onlyUrgent, setOnlyUrgent] = useState(false);
  if (tickets === 'failed') return <p role="alert">The tickets could not be loaded. Reload the page to try again.</p>;
  if (tickets === 'loading') return <p>Loading…</p>;
  const shown = tickets.filter((ticket) => !onlyUrgent || ticket.priority === 'urgent');
  return (
    <>
      <p className="lead">
        <label className="check">
          <input type="checkbox" checked={onlyUrgent} onChange={(event) => setOnlyUrgent(event.target.checked)} /> Only
          urgent
        </label>
      </p>
      <div className="columns">
        {COLUMNS.map((status) => (
          <section key={status} aria-label={status}>
            <h2>{status.charAt(0).toUpperCase() + status.slice(1)}</h2>
            {shown
              .filter((ticket) => ticket.status === status)
              .map((ticket) => (
                <Card key={ticket.number} ticket={ticket} />
              ))}
          </section>
        ))}
      </div>
    </>
  );
}

function Card({ ticket }: { ticket: Ticket }) {
  return (
    <article className="card">
      <a href={`/tickets/${ticket.number}`} className="subject">
        {ticket.subject}
      </a>
      <p className="meta">
        #{ticket.number} · {ticket.assignee ?? 'Unassigned'}
      </p>
    </article>
  );
}

function useTickets(): Ticket[] | 'loading' | 'failed' {
  const [tickets, setTickets] = useState<Ticket[] | 'loading' | 'failed'>('loading');
  useEffect(() => {
    fetch('/api/tickets')
      .then((response) => (response.ok ? response.json() : Promise.reject(new Error('not loaded'))))
      .then(setTickets, () => setTickets('failed'));
  }, []);
  return tickets;
}

const root = document.getElementById('board');
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <Board />
    </StrictMode>,
  );
}
