// Builds web/stories and serves them with the Content-Security-Policy of the product's pages. Stories show states of the
// pages for tests and screenshots, without a server that must be brought into each state.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { build } from 'vite';
import { contentSecurityPolicy } from '../../worker/http/security-headers.ts';
import { PROJECT_ROOT } from '../project-root.ts';
import { getFreePort, HOST } from '../stack/ports.ts';
import { WEB_CONFIG_FILE } from '../stack/worker/web-build.ts';

export type Stories = { readonly url: string; close(): Promise<void> };

const PAGE = 'stories/index.html';
const NONCE = 'stories';
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/** @param options.isReadable keeps the names of functions, for tests that count calls */
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
      response.writeHead(404).end(); // The file doesn't exist.
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
