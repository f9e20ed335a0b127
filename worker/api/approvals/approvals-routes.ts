// The user's decision on a change that the assistant proposes.
import { digestOf } from '../../../durable/canonical-json.ts';
import { conversationOf } from '../../../durable/contracts/conversation.ts';
import { refusedBy } from '../../http/problem.ts';
import { assistantPaths, defineRoute } from '../../routing/define-route.ts';
import { toConfirmation } from '../messages/messages-view.ts';
import { ApprovalParams, Decide, Decided } from './approvals-schema.ts';

export const approvalRoutes = [
  defineRoute({
    method: 'post',
    paths: assistantPaths('/sessions/{sessionId}/approvals/{approvalId}'),
    tag: 'assistant',
    permission: 'member',
    feature: 'assistant',
    // Not counted as a model call: the message that led to the approval was, and a click must not wait for other messages.
    rights: 'confirmed',
    summary: 'Approve or decline a proposed change',
    description:
      'Runs exactly what the approval showed, once. AG-UI clients can answer the interrupt with `resume` on `/chat` instead.',
    params: ApprovalParams,
    body: Decide,
    reply: { status: 200, description: 'The decision is recorded. The run reports the result.', schema: Decided },
    errors: [
      'APPROVAL_OF_ANOTHER',
      'APPROVAL_DECIDED',
      'APPROVAL_EXPIRED',
      'APPROVAL_ELSEWHERE',
      'QUEUE_FULL',
      'FEATURE_DISABLED',
      'PROVIDER_UNCONFIGURED',
      'MODEL_NOT_IN_PLAN',
      'MODEL_NEEDS_OWN_KEY',
      'MODEL_RETIRED',
      'MODEL_UNKNOWN',
    ],
    handler: async (c, { params: { sessionId, approvalId }, body }) => {
      // An approved change is made even if no tokens are left this month; only the model's report on it can be refused.
      const approve = body.decision === 'approve';
      const access = c.get('access');
      const answer = await conversationOf(c.env, access.orgId, sessionId).decide({
        access,
        settings: c.get('settings'),
        requestId: c.get('requestId'),
        runId: crypto.randomUUID(),
        approvalId,
        approve,
        digest: await digestOf({ approvalId, approve }),
      });
      if (!answer.ok) throw refusedBy(answer);
      return { runId: answer.runId, confirmation: toConfirmation(answer.confirmation) };
    },
  }),
];
