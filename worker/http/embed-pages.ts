// The page that other sites show in a frame, and the script with which they do it. The frame's ancestors are the origins that
// the organization in the address allows. The page itself has nothing of an organization: it gets a token from its host.
import type { Context } from 'hono';
import { OrgSlug } from '../../durable/contracts/account.ts';
import { AppError } from '../../durable/errors.ts';
import { originListOf } from '../auth/cors.ts';
import type { EdgeEnv } from '../edge-env.ts';
import { pageWith } from './pages.ts';

/** The page of an unknown organization, or of one that allows no origin, can't be shown in any frame. */
export async function serveEmbedPage(c: Context<EdgeEnv>): Promise<Response> {
  const org = OrgSlug.safeParse(c.req.query('org'));
  const origins = org.success ? [...(await originListOf(c.env).originsOf(org.data))] : [];
  c.set('embedders', origins);
  // Pages that isolate themselves (COEP) can only show frames that allow it.
  if (origins.length > 0) c.header('Cross-Origin-Resource-Policy', 'cross-origin');
  const page = await pageWith(c, (rewriter) =>
    rewriter.on('head', {
      element: (head) =>
        void head.append(`<meta name="groundwire-embedders" content="${origins.join(' ')}">`, { html: true }),
    }),
  );
  return c.newResponse(page.body, page);
}

/** Hosts load it from one address, so it is asked for again after a while. Its protocol has a version. */
const SCRIPT_CACHE = 'public, max-age=300, stale-while-revalidate=86400';

export async function serveEmbedScript(c: Context<EdgeEnv>): Promise<Response> {
  const file = await c.env.ASSETS.fetch(c.req.raw);
  if (file.status === 304) return file;
  if (!file.ok) throw new AppError('NOT_FOUND');
  const headers = new Headers(file.headers);
  headers.set('Content-Type', 'text/javascript; charset=utf-8');
  headers.set('Cache-Control', SCRIPT_CACHE);
  // For any site: integrity checks need CORS, and isolated pages a policy.
  headers.set('Access-Control-Allow-Origin', '*');
  headers.set('Cross-Origin-Resource-Policy', 'cross-origin');
  return new Response(file.body, { headers });
}
