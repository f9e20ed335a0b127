// Shows an error as a page, for addresses that people open in a browser: the text of the error table, the request id and a
// link to continue. No script. Programs get the problem itself.
import type { Context } from 'hono';
import { html, raw } from 'hono/html';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { logFailure } from '../../durable/log.ts';
import type { EdgeEnv } from '../edge-env.ts';
import { problemResponse, toProblem } from './problem.ts';

export type NextStep = { readonly label: string; readonly path: string };

export function problemPage(c: Context<EdgeEnv>, error: unknown, next: NextStep): Response | Promise<Response> {
  if (!wantsPage(c)) return problemResponse(c, error);
  const { title, detail, status, code, requestId } = toProblem(error, c.get('requestId'));
  if (code === 'INTERNAL') logFailure('page.failed', error, { requestId });
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · Groundwire</title>
        <link rel="icon" href="/icon.svg" type="image/svg+xml" />
        <style nonce="${c.get('nonce')}">${STYLE}</style>
      </head>
      <body>
        <main>
          <img src="/icon.svg" alt="" width="40" height="40" />
          <h1>${title}</h1>
          <p>${detail}</p>
          <p><a class="next" href="${next.path}">${next.label}</a></p>
          <p class="id">Request <code>${requestId}</code></p>
        </main>
      </body>
    </html>`;
  return c.html(page, status as ContentfulStatusCode);
}

function wantsPage(c: Context<EdgeEnv>): boolean {
  if (c.req.path.startsWith('/api/')) return false;
  return c.req.header('Sec-Fetch-Dest') === 'document' || (c.req.header('Accept')?.startsWith('text/html') ?? false);
}

/** The colors of the app's pages, which load theirs from a build file. */
const STYLE = raw(`
:root { color-scheme: light dark; --canvas: light-dark(#f8fafc, #020617); --text: light-dark(#0f172a, #f1f5f9);
  --muted: light-dark(#475569, #94a3b8); --accent: light-dark(#0e7490, #22d3ee); --on-accent: light-dark(#fff, #082f49);
  font: 15px/24px system-ui, sans-serif; }
body { margin: 0; background: var(--canvas); color: var(--text); }
main { box-sizing: border-box; max-width: 28rem; min-height: 100dvh; margin: 0 auto; padding: 2.5rem 1rem;
  display: flex; flex-direction: column; justify-content: center; align-items: flex-start; }
h1 { font-size: 24px; line-height: 32px; font-weight: 600; letter-spacing: -0.01em; margin: 1rem 0 0.25rem; }
p { margin: 0 0 1rem; color: var(--muted); }
.next { display: inline-block; padding: 0.375rem 1rem; border-radius: 6px; background: var(--accent); color: var(--on-accent);
  font-weight: 500; text-decoration: none; }
.next:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.id { font-size: 12px; margin-top: 1rem; } code { font-family: ui-monospace, monospace; }
`);
