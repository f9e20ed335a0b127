// The HTML pages of Harbor Desk. `html` escapes every value.
import { html, raw } from 'hono/html';
import type { Person } from './people.ts';
import { type Invoice, STATUSES, type Ticket } from './tickets.ts';

type Html = ReturnType<typeof html>;

/** The assistant in Harbor Desk's colors. */
const LOOK = { accent: { light: '#0e7490', dark: '#4fc3dc' }, radius: 8 };

/** What the page shows, for the assistant: public/assistant.js and board.tsx. */
export type InView = { readonly type: string; readonly id: string; readonly title: string; readonly data: object };

export type Frame = {
  readonly person: Person;
  /** The origin of the assistant. */
  readonly assistant: string;
  readonly path: string;
  readonly inView?: InView;
};

export function ticketsPage(frame: Frame, tickets: readonly Ticket[], status: string): Html {
  const shown = tickets.filter((ticket) => status === 'all' || ticket.status === status);
  const tabs = [...STATUSES, 'all'].map((name) => {
    const count = tickets.filter((ticket) => name === 'all' || ticket.status === name).length;
    const isCurrent = name === status;
    return html`<a href="/tickets?status=${name}" ${isCurrent ? raw('aria-current="page"') : ''}>${capital(name)} <small>${count}</small></a>`;
  });
  return page(
    frame,
    'Tickets',
    html`<nav class="tabs" aria-label="Status">${tabs}</nav>
    <ul class="list">${shown.map(
      (ticket) => html`<li><a href="/tickets/${ticket.number}" class="row ticket">
        <span class="number">#${ticket.number}</span>
        <span class="subject">${ticket.subject}</span>
        ${badge(ticket)}
        <span class="meta">${ticket.requester} · ${ticket.assignee ?? 'Unassigned'}</span>
      </a></li>`,
    )}</ul>
    ${shown.length === 0 ? html`<p class="empty">No tickets here.</p>` : ''}`,
  );
}

export function ticketPage(frame: Frame, ticket: Ticket): Html {
  return page(
    { ...frame, inView: ticketInView(ticket) },
    ticket.subject,
    html`<p class="lead">#${ticket.number} ${badge(ticket)}
      <button type="button" class="ask" data-ask="What is this ticket about?" hidden>Ask the assistant</button></p>
    <p class="body">${ticket.body}</p>
    <dl class="facts">
      <dt>Requester</dt><dd>${ticket.requester}</dd>
      <dt>Assignee</dt><dd>${ticket.assignee ?? 'Unassigned'}</dd>
      <dt>Priority</dt><dd>${capital(ticket.priority)}</dd>
      <dt>Opened</dt><dd>${time(ticket.openedAt)}</dd>
      <dt>Due</dt><dd>${ticket.dueAt === null ? 'No date' : time(ticket.dueAt)}</dd>
    </dl>
    <form method="post" action="/tickets/${ticket.number}/status" class="actions">
      ${STATUSES.filter((status) => status !== ticket.status).map(
        (status) => html`<button name="status" value="${status}">Mark as ${status}</button>`,
      )}
    </form>
    <p><a href="/tickets">All tickets</a></p>`,
  );
}

/** The same facts that the page shows. Nothing that the person can't see there may be in it. */
export const ticketInView = (ticket: Ticket): InView => ({
  type: 'ticket',
  id: `#${ticket.number}`,
  title: ticket.subject,
  data: {
    status: ticket.status,
    priority: ticket.priority,
    requester: ticket.requester,
    assignee: ticket.assignee ?? 'no one',
    opened: ticket.openedAt.toISOString(),
    due: ticket.dueAt?.toISOString() ?? null,
    text: ticket.body,
  },
});

export function invoicesPage(frame: Frame, invoices: readonly Invoice[]): Html {
  const money = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' });
  const open = invoices.filter((invoice) => invoice.paidOn === null);
  return page(
    {
      ...frame,
      inView: {
        type: 'invoices',
        id: frame.person.customerSlug,
        title: `Invoices of ${frame.person.customerName}`,
        data: Object.fromEntries(
          invoices.map(({ number, period, amountCents, dueOn, paidOn }) => [
            number,
            `${period}, ${money.format(amountCents / 100)}, due ${dueOn}, ${paidOn === null ? 'open' : `paid ${paidOn}`}`,
          ]),
        ),
      },
    },
    'Invoices',
    html`<p class="lead">${open.length === 0 ? 'Everything is paid.' : `${open.length} open`}</p>
    <div class="wide"><table>
      <thead><tr><th>Number</th><th>Period</th><th class="amount">Amount</th><th>Due</th><th>Paid</th></tr></thead>
      <tbody>${invoices.map(
        (invoice) => html`<tr><td>${invoice.number}</td><td>${invoice.period}</td>
          <td class="amount">${money.format(invoice.amountCents / 100)}</td><td>${invoice.dueOn}</td>
          <td>${invoice.paidOn ?? html`<span class="badge urgent">Open</span>`}</td></tr>`,
      )}</tbody>
    </table></div>`,
  );
}

export function peoplePage(frame: Frame, people: readonly Person[]): Html {
  return page(
    frame,
    'People',
    html`<ul class="list">${people.map(
      (person) => html`<li class="row person"><span class="subject">${person.name}</span>
        <span class="badge">${capital(person.role)}</span>
        <span class="meta">${person.email}</span>
        ${
          person.id === frame.person.id
            ? ''
            : html`<form method="post" action="/people/${person.id}/remove"><button>Remove</button></form>`
        }</li>`,
    )}</ul>
    <p class="note">People who are removed are signed out here at once. Their access to the assistant ends with
    their last token, after a few minutes.</p>`,
  );
}

/** The React page draws itself: see board.tsx. */
export const boardPage = (frame: Frame): Html => page(frame, 'Board', html`<div id="board"></div>`, 'board.js');

export function signInPage(demoPeople: readonly Person[], password: string, error?: string): Html {
  return shell({
    title: 'Sign in',
    theme: 'auto',
    content: html`<main class="sign-in"><h1>${logo()} Harbor Desk</h1>
      ${error === undefined ? '' : html`<p role="alert">${error}</p>`}
      <form method="post" action="/sign-in">
        <label>Email <input name="email" type="email" autocomplete="username" required></label>
        <label>Password <input name="password" type="password" autocomplete="current-password" required></label>
        <button class="primary">Sign in</button>
      </form>
      <h2>Demo people</h2>
      <p class="note">The password of each is <code>${password}</code>.</p>
      <ul class="list">${demoPeople.map(
        (person) => html`<li class="row person"><span class="subject">${person.name}</span>
          <span class="badge">${capital(person.role)}</span>
          <span class="meta">${person.customerName}</span>
          <form method="post" action="/sign-in">
            <input type="hidden" name="email" value="${person.email}">
            <input type="hidden" name="password" value="${password}">
            <button aria-label="Sign in as ${person.name}">Sign in</button>
          </form></li>`,
      )}</ul></main>`,
  });
}

export const messagePage = (title: string, text: string): Html =>
  shell({
    title,
    theme: 'auto',
    content: html`<main class="sign-in"><h1>${title}</h1><p>${text}</p><p><a href="/tickets">All tickets</a></p></main>`,
  });

/** @param script creates the assistant, which the server describes in the page */
function page(frame: Frame, title: string, content: Html, script = 'assistant.js'): Html {
  const { person, assistant, path } = frame;
  const links = [
    ['/tickets', 'Tickets'],
    ['/board', 'Board'],
    ...(person.role === 'manager'
      ? [
          ['/invoices', 'Invoices'],
          ['/people', 'People'],
        ]
      : []),
  ] as const;
  return shell({
    title,
    theme: person.theme,
    scripts: html`${json({
      assistant,
      organization: person.customerSlug,
      theme: person.theme,
      language: person.language,
      look: LOOK,
      name: 'Harbor Desk assistant',
      inView: frame.inView ?? null,
    })}
      <script src="${assistant}/embed.js" defer></script>
      <script type="module" src="/${script}"></script>`,
    content: html`<header>
        <a class="brand" href="/tickets">${logo()} Harbor Desk</a>
        <nav aria-label="Main">${links.map(
          ([address, name]) =>
            html`<a href="${address}" ${path.startsWith(address ?? '') ? raw('aria-current="page"') : ''}>${name}</a>`,
        )}</nav>
        <details class="account"><summary>${person.name}</summary><div>
          <p>${person.customerName}<br><small>${person.email}</small></p>
          <form method="post" action="/preferences">
            <input type="hidden" name="back" value="${path}">
            <label>Theme ${select('theme', { auto: 'Like the system', light: 'Light', dark: 'Dark' }, person.theme)}</label>
            <label>Assistant’s language ${select('language', { en: 'English', de: 'Deutsch' }, person.language)}</label>
            <button>Save</button>
          </form>
          <form method="post" action="/sign-out"><button>Sign out</button></form>
        </div></details>
      </header>
      <main><h1>${title}</h1>${content}</main>`,
  });
}

type Shell = { title: string; theme: string; content: Html; scripts?: Html };

const shell = ({ title, theme, content, scripts = html`` }: Shell): Html => html`<!doctype html>
<html lang="en" data-theme="${theme}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${title} · Harbor Desk</title>
  <link rel="icon" href="/icon.svg">
  <link rel="stylesheet" href="/style.css">
</head>
<body>${content}${scripts}</body>
</html>`;

/** In a script element, only `<` could end it. */
const json = (value: object): Html =>
  html`<script type="application/json" id="page">${raw(JSON.stringify(value).replaceAll('<', '\\u003c'))}</script>`;

const select = (name: string, options: Readonly<Record<string, string>>, chosen: string): Html =>
  html`<select name="${name}">${Object.entries(options).map(
    ([value, label]) => html`<option value="${value}" ${value === chosen ? raw('selected') : ''}>${label}</option>`,
  )}</select>`;

const badge = ({ status, priority }: Ticket): Html =>
  status === 'open' && priority === 'urgent'
    ? html`<span class="badge urgent">Urgent</span>`
    : html`<span class="badge ${status}">${capital(status)}</span>`;

const time = (date: Date): Html =>
  html`<time datetime="${date.toISOString()}">${new Intl.DateTimeFormat('en-US', {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone: 'UTC',
  }).format(date)} UTC</time>`;

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

const logo = (): Html =>
  html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 3v18M5 13a7 7 0 0 0 14 0M8 8h8"/></svg>`;
