// The HTTP app: the middleware that each request passes, and all addresses. Each route has its own guards
// (routing/mount-routes.ts). Stateless: it stores nothing about a request, a user or an org.
import { type Context, Hono } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { AppError } from '../durable/errors.ts';
import { limitByAddress } from './admission/rate-limit.ts';
import { docsRoutes } from './api/openapi/docs-routes.ts';
import { answerPreflight, shareWithOrigins } from './auth/cors.ts';
import { checkOrigin } from './auth/origin-check.ts';
import type { EdgeEnv } from './edge-env.ts';
import { serveEmbedPage, serveEmbedScript } from './http/embed-pages.ts';
import { serveAsset, servePage } from './http/pages.ts';
import { problemResponse } from './http/problem.ts';
import { secureHeaders } from './http/security-headers.ts';
import { SECURITY_TXT, serveSecurityTxt } from './http/security-txt.ts';
import { ROUTES } from './routes.ts';
import type { Route } from './routing/define-route.ts';
import { guardUnknownAddress, mountRoutes } from './routing/mount-routes.ts';

const PAGES = ['/', '/chat', '/workspace', '/drafts', '/settings', '/invite', '/sign-in-again', '/sign-ins'];
const PAGES_WITH_VIEWS = ['/chat/*', '/workspace/*', '/drafts/*', '/settings/*'];

export type AppOptions = {
  readonly routes?: readonly Route[];
  /** Adds routes that only one deployment has, behind the address limit and the origin check. */
  readonly before?: (app: Hono<EdgeEnv>) => void;
};

export function createApp({ routes = ROUTES, before }: AppOptions = {}): Hono<EdgeEnv> {
  const app = new Hono<EdgeEnv>();
  app.use(secureHeaders);
  app.use(shareWithOrigins);
  app.use(methodNotAllowed({ app, onMethodNotAllowed: refuseMethod }));
  app.use(limitByAddress);
  app.use(answerPreflight);
  app.use(checkOrigin);

  app.get('/embed', serveEmbedPage);
  app.get('/embed.js', serveEmbedScript);
  for (const path of [...PAGES, ...PAGES_WITH_VIEWS]) app.get(path, servePage);
  app.get(SECURITY_TXT, serveSecurityTxt);
  app.route('/docs', docsRoutes(routes));
  before?.(app);
  mountRoutes(app, routes);

  app.notFound(async (c) => {
    await guardUnknownAddress(c);
    return serveAsset(c);
  });
  app.onError((error, c) => problemResponse(c, error));
  return app;
}

function refuseMethod(c: Context<EdgeEnv>, methods: string[]): Response {
  c.header('Allow', methods.join(', '));
  return problemResponse(c, new AppError('METHOD_NOT_ALLOWED'));
}
