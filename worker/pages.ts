// The web pages: files of the build, the page itself with this response's nonce in every tag that needs one.
// What is no page, file or route is answered here too: in words for browsers, as a problem for programs.
import type { Context } from 'hono';
import { AppError } from '../durable/errors.ts';
import type { EdgeEnv } from './edge-env.ts';
import { problemPage } from './problem-page.ts';

/** Their names carry a hash of their content. */
export const HASHED_FILES = '/assets/';
const NO_FILES = ['/api/', '/auth/', '/v1/'];
const ONE_YEAR = 'public, max-age=31536000, immutable';

/** The single page; which view it shows is its own affair. */
export async function servePage(c: Context<EdgeEnv>): Promise<Response> {
  // The asset server answers `/` with the page, and `/index.html` with a redirect to it.
  const page = await c.env.ASSETS.fetch(new URL('/', c.req.url));
  if (!page.ok) throw new AppError('NOT_FOUND');
  return new Response(withNonce(page, c.get('nonce')).body, {
    headers: { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' },
  });
}

const NEED_NONCE = 'script, style, link[rel="stylesheet"], link[rel="modulepreload"], meta[property="csp-nonce"]';

const withNonce = (page: Response, nonce: string): Response =>
  new HTMLRewriter().on(NEED_NONCE, { element: (tag) => void tag.setAttribute('nonce', nonce) }).transform(page);

/** A file of the build, or the answer to what is not there. */
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
