// Builds web/stories and serves them under the policy of the product's pages: states of the page for tests and pictures,
// without a server that would have to be brought to each of them.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { build } from 'vite';
import { contentSecurityPolicy } from '../worker/security-headers.ts';
import { getFreePort, HOST } from './ports.ts';
import { WEB_CONFIG_FILE } from './web-build.ts';
import { PROJECT_ROOT } from './worker-options.ts';

export type Stories = { readonly url: string; close(): Promise<void> };

const PAGE = 'stories/index.html';
const NONCE = 'stories';
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/** @param options.isReadable functions keep their names, for tests that count what is called. */
export async function startStories(options: { readonly isReadable?: boolean } = {}): Promise<Stories> {
  const outDir = mkdtempSync(join(tmpdir(), 'groundwire-stories-'));
  await build({
    configFile: WEB_CONFIG_FILE,
    logLevel: 'silent',
    build: {
      outDir,
      emptyOutDir: true,
      ...(options.isReadable && { minify: false }),
      rolldownOptions: { input: join(PROJECT_ROOT, 'web', PAGE) },
    },
  });
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://local').pathname;
    const isPage = extname(path) === '';
    try {
      const file = readFileSync(join(outDir, isPage ? PAGE : path));
      response.setHeader('Content-Type', TYPES[isPage ? '.html' : extname(path)] ?? 'application/octet-stream');
      response.setHeader('Content-Security-Policy', contentSecurityPolicy(NONCE));
      response.end(isPage ? withNonce(file.toString()) : file);
    } catch {
      response.writeHead(404).end(); // A file that is not there.
    }
  });
  const port = await getFreePort();
  await new Promise<void>((resolve) => server.listen(port, HOST, resolve));
  return {
    url: `http://${HOST}:${port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(outDir, { recursive: true, force: true });
    },
  };
}

const withNonce = (page: string): string => page.replace(/<(script|link)(?=[\s>])/g, `<$1 nonce="${NONCE}"`);
