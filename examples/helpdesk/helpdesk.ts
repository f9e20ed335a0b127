// Harbor Desk: a help desk that companies rent. Its routes, and what each is allowed to see.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { type Database, DEMO_PASSWORD } from './database.ts';
import type { Issuer } from './issuer.ts';
import * as pages from './pages.ts';
import * as people from './people.ts';
import * as tickets from './tickets.ts';

export type HelpdeskOptions = {
  readonly database: Database;
  readonly issuer: Issuer;
  /** Where Harbor Desk is reached, such as `https://desk.example.com`. */
  readonly origin: string;
  /** Where the assistant is reached. */
  readonly assistant: string;
  /** The script of the React page. */
  readonly boardScript: string;
};

type Env = { Variables: { person: people.Person } };

const SESSION_COOKIE = 'harbor_session';
const PUBLIC_FILES = {
  '/style.css': 'text/css',
  '/icon.svg': 'image/svg+xml',
  '/assistant.js': 'text/javascript',
  '/get-token.js': 'text/javascript',
};

export function createHelpdesk(options: HelpdeskOptions): Hono<Env> {
  const { database, issuer, origin, assistant } = options;
  const app = new Hono<Env>();
  const frame = (c: Context<Env>): pages.Frame => ({ person: c.get('person'), assistant, path: c.req.path });

  app.use(async function secure(c, next) {
    // Other sites can't post forms here, because the browser names them.
    if (c.req.method === 'POST' && c.req.header('Origin') !== origin) return c.text('Cross-site request', 403);
    await next();
    c.header('Content-Security-Policy', contentSecurityPolicy(assistant));
    c.header('X-Content-Type-Options', 'nosniff');
    c.header('Referrer-Policy', 'same-origin');
    if (!c.res.headers.has('Cache-Control')) c.header('Cache-Control', 'no-store');
  });

  for (const [path, type] of Object.entries(PUBLIC_FILES)) {
    const file = readFileSync(join(import.meta.dirname, 'public', path));
    app.get(path, (c) => c.body(file, 200, { 'Content-Type': `${type}; charset=utf-8`, 'Cache-Control': 'no-cache' }));
  }
  app.get('/board.js', (c) =>
    c.body(options.boardScript, 200, { 'Content-Type': 'text/javascript; charset=utf-8', 'Cache-Control': 'no-cache' }),
  );

  app.get('/.well-known/jwks.json', async (c) =>
    c.json(await issuer.publicKeys(), 200, { 'Cache-Control': 'public, max-age=60' }),
  );

  app.get('/sign-in', async (c) => c.html(pages.signInPage(await people.listDemoPeople(database), DEMO_PASSWORD)));
  app.post('/sign-in', async (c) => {
    const form = await c.req.parseBody();
    const token = await people.signIn(database, String(form['email']), String(form['password']));
    if (token === null) {
      const everyone = await people.listDemoPeople(database);
      return c.html(pages.signInPage(everyone, DEMO_PASSWORD, 'The email or the password is wrong.'), 401);
    }
    setCookie(c, SESSION_COOKIE, token, {
      path: '/',
      httpOnly: true,
      sameSite: 'Lax',
      secure: origin.startsWith('https:'),
      maxAge: people.SESSION_SECONDS,
    });
    return c.redirect('/tickets', 303);
  });
  app.post('/sign-out', async (c) => {
    await people.signOut(database, getCookie(c, SESSION_COOKIE) ?? '');
    deleteCookie(c, SESSION_COOKIE, { path: '/' });
    return c.redirect('/sign-in', 303);
  });

  // The page asks for a token whenever the assistant needs one; the session cookie says for whom.
  app.post('/assistant/token', async (c) => {
    const person = await people.findPerson(database, getCookie(c, SESSION_COOKIE) ?? '');
    if (person === null) return c.json({ error: 'signed out' }, 401);
    return c.json({ token: await issuer.sign(person) });
  });

  app.use(async function requirePerson(c, next) {
    const person = await people.findPerson(database, getCookie(c, SESSION_COOKIE) ?? '');
    if (person === null) return c.redirect('/sign-in', 303);
    c.set('person', person);
    return next();
  });

  app.get('/', (c) => c.redirect('/tickets'));
  app.get('/tickets', async (c) => {
    const all = await tickets.listTickets(database, c.get('person').customerId);
    return c.html(pages.ticketsPage(frame(c), all, c.req.query('status') ?? 'open'));
  });
  app.get('/tickets/:number', async (c) => {
    const ticket = await tickets.findTicket(database, c.get('person').customerId, c.req.param('number'));
    return ticket === null ? notFound(c) : c.html(pages.ticketPage(frame(c), ticket));
  });
  app.post('/tickets/:number/status', async (c) => {
    const asked = String((await c.req.parseBody())['status']);
    const status = tickets.STATUSES.find((name) => name === asked);
    if (status === undefined) return c.text('There is no such status', 400);
    const number = c.req.param('number');
    if (!(await tickets.setStatus(database, c.get('person').customerId, number, status))) return notFound(c);
    return c.redirect(`/tickets/${number}`, 303);
  });

  app.get('/board', (c) => c.html(pages.boardPage(frame(c))));
  app.get('/api/tickets', async (c) => {
    const all = await tickets.listTickets(database, c.get('person').customerId);
    return c.json(all.map((ticket) => ({ ...ticket, inView: pages.ticketInView(ticket) })));
  });

  app.get('/invoices', requireManager, async (c) =>
    c.html(pages.invoicesPage(frame(c), await tickets.listInvoices(database, c.get('person').customerId))),
  );
  app.get('/people', requireManager, async (c) =>
    c.html(pages.peoplePage(frame(c), await people.listPeople(database, c.get('person').customerId))),
  );
  app.post('/people/:id/remove', requireManager, async (c) => {
    if (!(await people.removePerson(database, c.get('person'), c.req.param('id') ?? ''))) return notFound(c);
    return c.redirect('/people', 303);
  });

  app.post('/preferences', async (c) => {
    const form = await c.req.parseBody();
    const theme = String(form['theme']);
    const language = String(form['language']);
    if (!/^(auto|light|dark)$/.test(theme) || !/^(en|de)$/.test(language)) return c.text('Unknown choice', 400);
    await people.savePreferences(database, c.get('person').id, theme, language);
    // A path of ours, not an address of another site.
    const back = new URL(String(form['back']), origin);
    return c.redirect(back.origin === origin ? back.pathname : '/tickets', 303);
  });

  app.notFound(notFound);
  return app;
}

const requireManager: MiddlewareHandler<Env> = async function requireManager(c, next) {
  if (c.get('person').role === 'manager') return next();
  return c.html(pages.messagePage('For managers', 'Ask a manager of your company to show you this page.'), 403);
};

const notFound = (c: Context) => c.html(pages.messagePage('Not found', 'There is no such page.'), 404);

/** Scripts and frames come from Harbor Desk and from the assistant, and from nowhere else. */
function contentSecurityPolicy(assistant: string): string {
  return [
    "default-src 'none'",
    `script-src 'self' ${assistant}`,
    `frame-src ${assistant}`,
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
