// A product's page on another origin for tests: it loads /embed.js and gets its tokens from the development sign-in.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Stack } from '../stack/stack.ts';

export type HostSite = { readonly origin: string; close(): Promise<void> };

/** Styles that would break the assistant if they reached it. */
const HOSTILE_STYLE =
  'button, div, dialog, iframe, h2 { all: revert; color: red !important; font: 40px fantasy !important }';

export async function startHostSite({ url }: Pick<Stack, 'url'>): Promise<HostSite> {
  const server = createServer((_request, response) => {
    response.writeHead(200, {
      'Content-Type': 'text/html; charset=utf-8',
      // As docs/embed.md tells hosts with a strict policy.
      'Content-Security-Policy': `default-src 'none'; script-src 'unsafe-inline' ${url}; frame-src ${url}; style-src 'unsafe-inline'; connect-src ${url}; img-src data:`,
    });
    response.end(`<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Desk</title><style>body { font: 16px/1.5 system-ui; margin: 32px } ${HOSTILE_STYLE}</style>
<h1>Tickets</h1><p>Leaking boiler, room 12</p><input aria-label="Note">
<script src="${url}/embed.js"></script></html>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
