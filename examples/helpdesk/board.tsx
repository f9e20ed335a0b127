// The React page of Harbor Desk: all tickets of the customer in three columns, and the assistant.
import { StrictMode, useEffect, useRef, useState } from 'react';
import { createRoot } from 'react-dom/client';
import type { Groundwire, ViewContext } from '../../web/embed/create-groundwire.ts';
import { GroundwirePanel } from '../../web/embed/react.tsx';
import { getToken } from './public/get-token.js';

type Ticket = {
  readonly number: number;
  readonly subject: string;
  readonly status: string;
  readonly priority: string;
  readonly assignee: string | null;
  readonly inView: ViewContext;
};

const COLUMNS = ['open', 'waiting', 'solved'];
const page = JSON.parse(document.getElementById('page')?.textContent ?? '{}');

function Board() {
  const tickets = useTickets();
  const [onlyUrgent, setOnlyUrgent] = useState(false);
  const [inView, setInView] = useState<ViewContext | null>(null);
  const assistant = useRef<Groundwire>(null);
  const ask = (ticket: Ticket) => {
    setInView(ticket.inView);
    assistant.current?.setContext(ticket.inView);
    assistant.current?.ask('What is this ticket about?', { in: 'panel', send: true });
  };
  if (tickets === 'failed') return <p role="alert">The tickets could not be loaded. Reload the page to try again.</p>;
  if (tickets === 'loading') return <p>Loading…</p>;
  const shown = tickets.filter((ticket) => !onlyUrgent || ticket.priority === 'urgent');
  return (
    <>
      <label className="check">
        <input type="checkbox" checked={onlyUrgent} onChange={(event) => setOnlyUrgent(event.target.checked)} /> Only
        urgent
      </label>
      <div className="columns">
        {COLUMNS.map((status) => (
          <section key={status} aria-label={status}>
            <h2>{status.charAt(0).toUpperCase() + status.slice(1)}</h2>
            {shown
              .filter((ticket) => ticket.status === status)
              .map((ticket) => (
                <Card key={ticket.number} ticket={ticket} onAsk={() => ask(ticket)} />
              ))}
          </section>
        ))}
      </div>
      <GroundwirePanel
        ref={assistant}
        origin={page.assistant}
        org={page.organization}
        getToken={getToken}
        context={inView}
        scheme={page.theme}
        locale={page.language}
        theme={page.look}
        brand={{ name: page.name }}
      />
    </>
  );
}

function Card({ ticket, onAsk }: { ticket: Ticket; onAsk: () => void }) {
  return (
    <article className="card">
      <a href={`/tickets/${ticket.number}`} className="subject">
        {ticket.subject}
      </a>
      <p className="meta">
        #{ticket.number} · {ticket.assignee ?? 'Unassigned'}
      </p>
      <button type="button" onClick={onAsk} aria-label={`Ask about ${ticket.subject}`}>
        Ask the assistant
      </button>
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
