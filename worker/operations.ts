// What the API answers to, one entry a route, as data for the OpenAPI document. A test holds it against the routes.
import { z } from 'zod';
import { RunId } from '../durable/conversation/requests.ts';
import { AUDIT_OPERATIONS } from './audit-operations.ts';
import { BRANCHING_OPERATIONS } from './branching-operations.ts';
import {
  ApprovalId,
  Cancelled,
  CancelRun,
  ChatQuery,
  Decide,
  Decided,
  MessageList,
  MessageListQuery,
  ModelList,
  ModelListQuery,
  NewSession,
  Session,
  SessionChange,
  SessionId,
  SessionList,
  SessionListQuery,
  WorkspacePage,
  WorkspaceParams,
  WorkspaceQuery,
  WorkspaceTab,
  WorkspaceTabQuery,
} from './contract.ts';
import { ChatRequest } from './dialects/ag-ui.ts';
import { Hydration } from './hydration-contract.ts';
import { IDENTITY_OPERATIONS } from './identity-operations.ts';
import type { Operation } from './operation.ts';
import { SETTINGS_OPERATIONS } from './settings-operations.ts';
import { TEMPLATE_OPERATIONS } from './template-operations.ts';
import { USAGE_OPERATIONS } from './usage-operations.ts';
import { WatchFact } from './watch-contract.ts';
import { WIRE_OPERATIONS } from './wire-operations.ts';

const SessionParams = z.object({ sessionId: SessionId });
const MODEL_ERRORS = ['FEATURE_DISABLED', 'PROVIDER_UNCONFIGURED', 'MODEL_NOT_IN_PLAN', 'MODEL_UNKNOWN'] as const;
const WORKSPACE_ERRORS = ['NOT_FOUND', 'FORBIDDEN', 'DATABASE_UNAVAILABLE'] as const;
const EVENT_STREAM = z.string().meta({ description: 'AG-UI 1.0 events, each with an id of the form `<runId>.<seq>`.' });

const LastEventId = z
  .string()
  .optional()
  .meta({ description: 'The last event that the client has; what follows it is sent.' });

export const OPERATIONS: readonly Operation[] = [
  {
    method: 'post',
    path: '/chat',
    group: 'assistant',
    needs: 'membership',
    summary: 'Send a message and stream its answer',
    description:
      'Takes AG-UI’s RunAgentInput. A repeated runId with the same content replays the answer and runs nothing; with other content it is refused. The stream ends with RUN_FINISHED or RUN_ERROR.',
    headers: z.object({
      'X-Run-Id': RunId.optional().meta({ description: 'Repeats runId, where it is sent.' }),
      'Last-Event-ID': LastEventId,
    }),
    body: ChatRequest,
    reply: {
      status: 200,
      description: 'The answer; `X-Session-Id` names its session.',
      schema: EVENT_STREAM,
      type: 'text/event-stream',
    },
    errors: [
      ...MODEL_ERRORS,
      ...(['QUOTA_EXCEEDED', 'BUDGET_UNAVAILABLE', 'RUN_ID_REUSED', 'QUEUE_FULL'] as const),
      ...(['BACKLOG_FULL', 'ACCESS_REVOKED', 'MESSAGE_OF_ANOTHER', 'ANSWER_UNDER_WAY'] as const),
    ],
  },
  {
    method: 'get',
    path: '/chat',
    group: 'assistant',
    needs: 'membership',
    summary: 'Hydrate a thread, or rejoin a run',
    description:
      'With threadId alone: the transcript as JSON. With runId: the run’s events from `offset` on, then live.',
    query: ChatQuery,
    headers: z.object({ 'Last-Event-ID': LastEventId }),
    reply: { status: 200, description: 'The transcript; with runId an event stream.', schema: Hydration },
  },
  {
    method: 'post',
    path: '/runs/{runId}/cancel',
    group: 'assistant',
    needs: 'membership',
    summary: 'Stop a run',
    description: 'What was answered so far is kept and charged.',
    params: z.object({ runId: RunId }),
    body: CancelRun,
    reply: { status: 200, description: 'The run is being stopped, or had ended.', schema: Cancelled },
    errors: ['FORBIDDEN'],
  },
  {
    method: 'get',
    path: '/sessions',
    group: 'assistant',
    needs: 'membership',
    summary: 'List or search sessions, newest first',
    query: SessionListQuery,
    reply: { status: 200, description: 'A page of sessions.', schema: SessionList },
  },
  {
    method: 'post',
    path: '/sessions',
    group: 'assistant',
    needs: 'membership',
    summary: 'Create a session',
    body: NewSession,
    reply: {
      status: 201,
      description: 'The session. One that the person has already is answered as it is.',
      schema: Session,
    },
    errors: MODEL_ERRORS,
  },
  {
    method: 'get',
    path: '/sessions/{sessionId}',
    group: 'assistant',
    needs: 'membership',
    summary: 'Read a session',
    params: SessionParams,
    reply: { status: 200, description: 'The session.', schema: Session },
  },
  {
    method: 'patch',
    path: '/sessions/{sessionId}',
    group: 'assistant',
    needs: 'membership',
    summary: 'Rename, pin or set the model',
    params: SessionParams,
    body: SessionChange,
    reply: { status: 200, description: 'The session as it is now.', schema: Session },
    errors: ['FORBIDDEN', ...MODEL_ERRORS],
  },
  {
    method: 'delete',
    path: '/sessions/{sessionId}',
    group: 'assistant',
    needs: 'membership',
    summary: 'Delete a session',
    description:
      'A run of it is stopped first. Audit rows stay. A shared one is deleted by who opened its place, or by an admin.',
    params: SessionParams,
    reply: { status: 204, description: 'It is gone.' },
    errors: ['FORBIDDEN'],
  },
  {
    method: 'get',
    path: '/sessions/{sessionId}/messages',
    group: 'assistant',
    needs: 'membership',
    summary: 'Read a session’s messages',
    params: SessionParams,
    query: MessageListQuery,
    reply: { status: 200, description: 'The newest page, oldest message first.', schema: MessageList },
  },
  {
    method: 'get',
    path: '/sessions/{sessionId}/watch',
    group: 'assistant',
    needs: 'membership',
    summary: 'Be told when a session changes',
    description:
      'Server-sent events without ids: each is a whole state, so nothing is missed between two connections. It ends by itself where nothing happens for long.',
    params: SessionParams,
    reply: {
      status: 200,
      description: 'How the session stands, at once and after each change; at a shared place also who is here.',
      schema: WatchFact,
      type: 'text/event-stream',
    },
  },
  {
    method: 'post',
    path: '/sessions/{sessionId}/approvals/{approvalId}',
    group: 'assistant',
    needs: 'membership',
    summary: 'Confirm or decline what the assistant proposes',
    description:
      'Runs exactly what the card showed, once. AG-UI clients may answer the interrupt by `resume` on `/chat` instead.',
    params: SessionParams.extend({ approvalId: ApprovalId }),
    body: Decide,
    reply: { status: 200, description: 'The decision is taken; the run reports what came of it.', schema: Decided },
    errors: [
      'APPROVAL_OF_ANOTHER',
      'APPROVAL_DECIDED',
      'APPROVAL_EXPIRED',
      'APPROVAL_ELSEWHERE',
      'QUEUE_FULL',
      ...MODEL_ERRORS,
    ],
  },
  {
    method: 'get',
    path: '/models',
    group: 'assistant',
    needs: 'membership',
    summary: 'List models and what plan and settings allow',
    query: ModelListQuery,
    reply: { status: 200, description: 'The catalog.', schema: ModelList },
  },
  ...BRANCHING_OPERATIONS,
  ...TEMPLATE_OPERATIONS,
  ...USAGE_OPERATIONS,
  ...AUDIT_OPERATIONS,
  ...SETTINGS_OPERATIONS,
  ...IDENTITY_OPERATIONS,
  ...WIRE_OPERATIONS,
  {
    method: 'get',
    path: '/api/v1/workspace',
    group: 'account',
    needs: 'membership',
    summary: 'The org’s data, from the top',
    description:
      'Read-only pages of the product’s data, under the person’s own rights. Also where the assistant is off.',
    reply: { status: 200, description: 'A page.', schema: WorkspacePage },
    errors: WORKSPACE_ERRORS,
  },
  {
    method: 'get',
    path: '/api/v1/workspace/{kind}/{id}',
    group: 'account',
    needs: 'membership',
    summary: 'Read a page of the org’s data',
    params: WorkspaceParams,
    query: WorkspaceQuery,
    reply: { status: 200, description: 'The page with one of its tabs.', schema: WorkspacePage },
    errors: WORKSPACE_ERRORS,
  },
  {
    method: 'get',
    path: '/api/v1/workspace/{kind}/{id}/{tab}',
    group: 'account',
    needs: 'membership',
    summary: 'Read a tab of a page, or what follows in it',
    params: WorkspaceParams.extend({ tab: z.string() }),
    query: WorkspaceTabQuery,
    reply: { status: 200, description: 'The tab’s sections.', schema: WorkspaceTab },
    errors: WORKSPACE_ERRORS,
  },
  {
    method: 'get',
    path: '/api/v1/openapi.json',
    group: 'document',
    needs: 'nothing',
    summary: 'This document',
    reply: { status: 200, description: 'OpenAPI 3.1.', schema: z.looseObject({ openapi: z.string() }) },
  },
];
