// The edge as a table of contents: what each request meets, in order, and where each address leads.
// Stateless: it remembers nothing of a request, a person or an org.
import { type Context, Hono } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { AppError } from '../durable/errors.ts';
import { admitted, authenticated } from './access.ts';
import type { EdgeEnv } from './edge-env.ts';
import { assistantEnabled } from './gate.ts';
import { checkOrigin } from './origin-check.ts';
import { serveAsset, servePage } from './pages.ts';
import { problemResponse } from './problem.ts';
import { limitByAddress } from './rate-limit.ts';
import { aiSettingsRoutes } from './routes/ai-settings.ts';
import { aiSettingsTestRoutes } from './routes/ai-settings-test.ts';
import { approvalRoutes } from './routes/approvals.ts';
import { authRoutes } from './routes/auth.ts';
import { chatRoutes, chatRunRoute } from './routes/chat.ts';
import { docsRoutes } from './routes/docs.ts';
import { estimateRoutes } from './routes/estimate.ts';
import { featureRoutes } from './routes/features.ts';
import { feedbackRoutes } from './routes/feedback.ts';
import { forkRoutes } from './routes/forks.ts';
import { invitationRoutes } from './routes/invitations.ts';
import { joiningRoutes } from './routes/joining.ts';
import { meRoutes } from './routes/me.ts';
import { memberRoutes } from './routes/members.ts';
import { messageRoutes } from './routes/messages.ts';
import { modelRoutes } from './routes/models.ts';
import { openAiRoutes } from './routes/openai.ts';
import { openApiRoutes } from './routes/openapi.ts';
import { runRoutes } from './routes/runs.ts';
import { sessionRoutes } from './routes/sessions.ts';
import { signInRoutes } from './routes/sign-in.ts';
import { simpleChatRoutes } from './routes/simple-chat.ts';
import { uiMessagesRoutes, uiMessagesRunRoute } from './routes/ui-messages.ts';
import { usageRoutes } from './routes/usage.ts';
import { watchRoutes } from './routes/watch.ts';
import { workspaceRoutes } from './routes/workspace.ts';
import { secureHeaders } from './security-headers.ts';

/** The canonical prefix first; the same routes answer under the other. */
export const ASSISTANT_PREFIXES = ['/api/v1/ai', '/api/ai'] as const;

export type AppOptions = {
  /** Adds routes that a deployment of its own has, behind the shield and the origin check. */
  readonly before?: (app: Hono<EdgeEnv>) => void;
};

export function createApp(options: AppOptions = {}): Hono<EdgeEnv> {
  const app = new Hono<EdgeEnv>();

  app.use(secureHeaders);
  app.use(methodNotAllowed({ app, onMethodNotAllowed: refuseMethod }));
  app.use(limitByAddress);
  app.use(checkOrigin);

  app.route('/api/v1', openApiRoutes);
  app.route('/docs', docsRoutes);
  app.get('/', servePage);
  app.get('/chat', servePage);
  app.get('/chat/*', servePage);
  app.get('/workspace', servePage);
  app.get('/workspace/*', servePage);
  app.get('/settings', servePage);
  app.get('/settings/*', servePage);
  app.get('/invite', servePage);

  options.before?.(app);
  app.route('/auth', signInRoutes);
  app.route('/auth', joiningRoutes);
  app.route('/auth', authRoutes);

  app.use('/api/*', authenticated);
  app.route('/api/v1', meRoutes);
  app.use('/api/v1/settings/*', admitted('confirmed'));
  app.route('/api/v1', featureRoutes);
  app.use('/api/v1/workspace/*', admitted('confirmed'));
  app.route('/api/v1', workspaceRoutes);
  for (const address of ['members', 'roles', 'invitations']) {
    app.use(`/api/v1/${address}`, admitted('confirmed'));
    app.use(`/api/v1/${address}/*`, admitted('confirmed'));
  }
  app.route('/api/v1', memberRoutes);
  app.route('/api/v1', invitationRoutes);
  app.route('/api/chat', simpleChatRoutes);
  for (const prefix of ASSISTANT_PREFIXES) {
    // These make a model work, and are counted and admitted in one hop of their own.
    app.route(prefix, chatRunRoute);
    app.route(prefix, uiMessagesRunRoute);
    app.route(prefix, approvalRoutes);
    app.route(prefix, aiSettingsTestRoutes);
    app.use(`${prefix}/*`, admitted('confirmed'), assistantEnabled);
    app.route(prefix, chatRoutes);
    app.route(prefix, uiMessagesRoutes);
    app.route(prefix, runRoutes);
    app.route(prefix, sessionRoutes);
    app.route(prefix, messageRoutes);
    app.route(prefix, forkRoutes);
    app.route(prefix, feedbackRoutes);
    app.route(prefix, watchRoutes);
    app.route(prefix, modelRoutes);
    app.route(prefix, estimateRoutes);
    app.route(prefix, usageRoutes);
    app.route(prefix, aiSettingsRoutes);
  }

  app.use('/v1/*', authenticated);
  app.route('/v1', openAiRoutes);

  app.notFound((c) => serveAsset(c));
  app.onError((error, c) => problemResponse(c, error));
  return app;
}

function refuseMethod(c: Context<EdgeEnv>, methods: string[]): Response {
  c.header('Allow', methods.join(', '));
  return problemResponse(c, new AppError('METHOD_NOT_ALLOWED'));
}
