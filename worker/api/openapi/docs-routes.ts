// The API's documentation: the OpenAPI document, a page that shows it, and the table of errors that problems link to. The
// pages have no script and one style sheet.
import { Hono } from 'hono';
import { html, raw } from 'hono/html';
import * as z from 'zod';
import { ERRORS } from '../../../durable/errors.ts';
import type { EdgeEnv } from '../../edge-env.ts';
import { defineRoute, type Route } from '../../routing/define-route.ts';
import { prose, renderOperations, renderSchemas } from './docs-render.ts';

/** Loaded with the first request for it, so that no isolate starts slower for a document that few requests read. */
const documentOf = async (routes: readonly Route[]) => (await import('./openapi.ts')).openApiDocument(routes);

/** @param routes all routes, of which this is one */
export const openApiRoute = (routes: () => readonly Route[]): Route =>
  defineRoute({
    method: 'get',
    paths: ['/api/v1/openapi.json'],
    tag: 'document',
    permission: 'public',
    summary: 'Read this document',
    reply: { status: 200, description: 'OpenAPI 3.1.', schema: z.looseObject({ openapi: z.string() }) },
    handler: async (c) => c.json(await documentOf(routes())),
  });

/** Mounted under `/docs`. */
export function docsRoutes(routes: readonly Route[]): Hono<EdgeEnv> {
  const docs = new Hono<EdgeEnv>();

  docs.get('/', async (c) => {
    const document = await documentOf(routes);
    return c.html(
      page(
        c.get('nonce'),
        'API',
        html`
      <p>${prose(document.info.description)} <a href="/api/v1/openapi.json">openapi.json</a> · <a href="/docs/errors">Errors</a></p>
      ${renderOperations(document)}
      <h2>Schemas</h2>
      ${renderSchemas(document)}`,
      ),
    );
  });

  docs.get('/errors', (c) => {
    const rows = Object.entries(ERRORS).map(
      ([code, { status, title, detail }]) =>
        html`<tr id="${code}"><td><code>${code}</code></td><td>${status}</td><td>${title}</td><td>${detail}</td></tr>`,
    );
    return c.html(
      page(
        c.get('nonce'),
        'Errors',
        html`
      <p>Each error is a problem (RFC 9457) with one of these codes. <a href="/docs">API</a></p>
      <div class="scroll"><table><thead><tr><th>Code</th><th>Status</th><th>Title</th><th>Message</th></tr></thead><tbody>${rows}</tbody></table></div>`,
      ),
    );
  });

  return docs;
}

const page = (nonce: string, title: string, content: unknown) => html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${title} · Groundwire</title>
    <link rel="icon" href="/icon.svg" type="image/svg+xml" />
    <style nonce="${nonce}">${STYLE}</style>
  </head>
  <body><main><h1>Groundwire ${title}</h1>${content}</main></body>
</html>`;

const STYLE = raw(`
:root { color-scheme: light dark; --line: color-mix(in srgb, CanvasText 16%, Canvas); --soft: color-mix(in srgb, CanvasText 62%, Canvas);
  --well: color-mix(in srgb, CanvasText 5%, Canvas); font: 15px/1.55 system-ui, sans-serif; }
body { margin: 0; background: Canvas; color: CanvasText; }
main { max-width: 60rem; margin: 0 auto; padding: 2.5rem 1.25rem 5rem; }
h1 { font-size: 1.6rem; letter-spacing: -0.01em; } h2 { font-size: 1.15rem; margin: 2.5rem 0 0.75rem; text-transform: capitalize; }
h3 { font-size: 0.85rem; margin: 1.1rem 0 0.4rem; color: var(--soft); }
a { color: LinkText; } code, pre, .address { font-family: ui-monospace, monospace; font-size: 0.87em; }
details { border: 1px solid var(--line); border-radius: 8px; margin: 0.5rem 0; }
summary { display: flex; flex-wrap: wrap; gap: 0.25rem 0.75rem; align-items: baseline; padding: 0.6rem 0.85rem; cursor: pointer; }
summary:focus-visible { outline: 2px solid LinkText; outline-offset: 2px; border-radius: 8px; }
details > div { padding: 0 0.85rem 0.85rem; border-top: 1px solid var(--line); }
.method { font-weight: 650; min-width: 4rem; } .summary { color: var(--soft); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
th, td { text-align: start; vertical-align: top; padding: 0.4rem 0.75rem 0.4rem 0; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 500; } tr:target { background: var(--well); }
pre { background: var(--well); border-radius: 6px; padding: 0.75rem; overflow-x: auto; margin: 0.4rem 0; }
`);
