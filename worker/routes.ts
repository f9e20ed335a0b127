// Every route of the API, in the order of the documentation. The order has no effect on which route answers, or on who may
// call it.
import { approvalRoutes } from './api/approvals/approvals-routes.ts';
import { auditRoutes } from './api/audit/audit-routes.ts';
import { chatRoutes } from './api/chat/chat-routes.ts';
import { feedbackRoutes } from './api/feedback/feedback-routes.ts';
import { meRoutes } from './api/identity/me-routes.ts';
import { signInListRoutes } from './api/identity/sign-in-list-routes.ts';
import { signInRoutes } from './api/identity/sign-in-routes.ts';
import { invitationRoutes } from './api/members/invitations-routes.ts';
import { joiningRoutes } from './api/members/joining-routes.ts';
import { memberRoutes } from './api/members/members-routes.ts';
import { messageRoutes } from './api/messages/messages-routes.ts';
import { modelRoutes } from './api/models/models-routes.ts';
import { openApiRoute } from './api/openapi/docs-routes.ts';
import { operatorIssuerRoutes } from './api/operator/issuers-routes.ts';
import { forkRoutes } from './api/sessions/forks-routes.ts';
import { sessionRoutes } from './api/sessions/sessions-routes.ts';
import { aiSettingsRoutes } from './api/settings/ai-settings-routes.ts';
import { allowedOriginRoutes } from './api/settings/allowed-origins-routes.ts';
import { connectionTestRoute } from './api/settings/connection-test-routes.ts';
import { featureRoutes } from './api/settings/features-routes.ts';
import { sessionRulesRoutes } from './api/settings/session-rules-routes.ts';
import { templateRoutes } from './api/templates/templates-routes.ts';
import { usageRoutes } from './api/usage/usage-routes.ts';
import { workspaceRoutes } from './api/workspace/workspace-routes.ts';
import type { Route } from './routing/define-route.ts';
import { aiSdkRoutes } from './wires/ai-sdk/ai-sdk-routes.ts';
import { algaRoutes } from './wires/alga/alga-routes.ts';
import { openAiRoutes } from './wires/openai/openai-routes.ts';
import { openAiResponsesRoute } from './wires/openai/responses-routes.ts';

export const ROUTES: readonly Route[] = [
  ...chatRoutes,
  ...sessionRoutes,
  ...messageRoutes,
  ...approvalRoutes,
  ...modelRoutes,
  ...forkRoutes,
  ...feedbackRoutes,
  ...templateRoutes,
  ...usageRoutes,
  ...auditRoutes,
  ...aiSettingsRoutes,
  connectionTestRoute,
  ...featureRoutes,
  ...sessionRulesRoutes,
  ...allowedOriginRoutes,
  ...signInRoutes,
  ...signInListRoutes,
  ...meRoutes,
  ...joiningRoutes,
  ...memberRoutes,
  ...invitationRoutes,
  ...operatorIssuerRoutes,
  ...algaRoutes,
  ...aiSdkRoutes,
  ...openAiRoutes,
  openAiResponsesRoute,
  ...workspaceRoutes,
  openApiRoute(() => ROUTES),
];
