// Serves the web pages and build files. The page gets this response's nonce in every tag that needs one. Unknown addresses
// get a page in browsers and a problem in programs.
import type { Context } from 'hono';
import { AppError } from '../../durable/errors.ts';
import type { EdgeEnv } from '../edge-env.ts';
import { problemPage } from './problem-page.ts';

/** Their names contain a hash of their content. */
export const HASHED_FILES = '/assets/';
const NO_FILES = ['/api/', '/auth/', '/v1/'];
const ONE_YEAR = 'public, max-age=31536000, immutable';

/** The single-page app. It decides which view to show. */
export const servePage = (c: Context<EdgeEnv>): Promise<Response> => pageWith(c, (page) => page);

export async function pageWith(c: Context<EdgeEnv>, change: (page: HTMLRewriter) => HTMLRewriter): Promise<Response> {
  // The asset server answers `/` with the page, and `/index.html` with a redirect to it.
  const page = await c.env.ASSETS.fetch(new URL('/', c.req.url));
  if (!page.ok) throw new AppError('NOT_FOUND');
  return new Response(change(nonceRewriter(c.get('nonce'))).transform(page).body, {
    headers: { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' },
  });
}

const NEED_NONCE = 'script, style, link[rel="stylesheet"], link[rel="modulepreload"], meta[property="csp-nonce"]';

const nonceRewriter = (nonce: string): HTMLRewriter =>
  new HTMLRewriter().on(NEED_NONCE, { element: (tag) => void tag.setAttribute('nonce', nonce) });

/** A build file, or 404. */
export async function serveAsset(c: Context<EdgeEnv>): Promise<Response> {
  const { path, method } = c.req;
  const isFile = (method === 'GET' || method === 'HEAD') && !NO_FILES.some((prefix) => path.startsWith(prefix));
  const file = isFile ? await c.env.ASSETS.fetch(c.req.raw) : null;
  if (!file || file.status === 404) return notFound(c);
  const headers = new Headers(file.headers);
  if (path.startsWith(HASHED_FILES)) headers.set('Cache-Control', ONE_YEAR);
  return new Response(file.body, { status: file.status, headers });
}

const notFound = (c: Context<EdgeEnv>) =>
  problemPage(c, new AppError('NOT_FOUND'), { label: 'Open Groundwire', path: '/' });
