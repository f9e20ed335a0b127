// Declarations that the routes of several wires share.
import * as z from 'zod';
import { RunId } from '../../durable/contracts/transcript.ts';
import { ERRORS, type ErrorCode } from '../../durable/errors.ts';
import { StopOnDisconnect } from './stop-on-disconnect.ts';

export const SSE = 'text/event-stream';

export const RUN_ERRORS = [
  'FEATURE_DISABLED',
  'PROVIDER_UNCONFIGURED',
  'MODEL_NOT_IN_PLAN',
  'MODEL_NEEDS_OWN_KEY',
  'MODEL_RETIRED',
  'MODEL_UNKNOWN',
  'QUOTA_EXCEEDED',
  'BUDGET_UNAVAILABLE',
  'RUN_ID_REUSED',
  'QUEUE_FULL',
  'BACKLOG_FULL',
  'ACCESS_REVOKED',
  'CONTEXT_TOO_LARGE',
] as const;
export const BRANCH_ERRORS = ['MESSAGE_OF_ANOTHER', 'ANSWER_UNDER_WAY'] as const;

export const LastEventId = z
  .string()
  .optional()
  .meta({ description: 'The last event that the client received. The stream resumes after it.' });
export const SessionName = z
  .string()
  .optional()
  .meta({ description: 'The conversation, if the client knows it: the `X-Session-Id` of an earlier reply.' });

export const RUN_HEADERS = z.object({
  'X-Session-Id': SessionName,
  'X-Run-Id': RunId.optional().meta({
    description: 'An id for this request. Sending it again returns the same answer without running anything twice.',
  }),
  'Last-Event-ID': LastEventId,
  'X-Stop-On-Disconnect': StopOnDisconnect,
});

export const Code = z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]);
