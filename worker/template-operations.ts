// The operations of drafting templates, as data for the OpenAPI document.
import { z } from 'zod';
import { RunId } from '../durable/conversation/requests.ts';
import type { Operation } from './operation.ts';
import { ChoiceList, ChoicesQuery, DraftForm, TemplateList } from './templates-contract.ts';

const TemplateParams = z.object({ template: z.string().meta({ description: 'A template’s id.' }) });

export const TEMPLATE_OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/templates',
    group: 'assistant',
    needs: 'membership',
    summary: 'List drafting templates with their forms',
    description: 'Those whose rows the person may read. None without the permission to draft.',
    reply: { status: 200, description: 'The templates.', schema: TemplateList },
  },
  {
    method: 'get',
    path: '/templates/{template}/fields/{field}/choices',
    group: 'assistant',
    needs: 'templates:draft',
    summary: 'Find the records that a field may name',
    params: TemplateParams.extend({ field: z.string() }),
    query: ChoicesQuery,
    reply: { status: 200, description: 'The first that match, under the person’s own rights.', schema: ChoiceList },
    errors: ['NOT_FOUND', 'DATABASE_UNAVAILABLE'],
  },
  {
    method: 'post',
    path: '/templates/{template}/draft',
    group: 'assistant',
    needs: 'templates:draft',
    summary: 'Draft a document and stream it',
    description:
      'A run like that of a message: resumed, stopped and replayed in the same way, in a session that can be talked about further. The rows that the draft is made of come first as CUSTOM `draft`; what of it stands in none of them comes last as CUSTOM `draft-check`. A field that is missing or names nothing is refused by its path.',
    params: TemplateParams,
    headers: z.object({ 'X-Run-Id': RunId.optional().meta({ description: 'Repeats runId, where it is sent.' }) }),
    body: DraftForm,
    reply: {
      status: 200,
      description: 'The draft; `X-Session-Id` names its session.',
      schema: z.string().meta({ description: 'AG-UI 1.0 events, as those of `/chat`.' }),
      type: 'text/event-stream',
    },
    errors: [
      ...(['PROVIDER_UNCONFIGURED', 'MODEL_NOT_IN_PLAN', 'MODEL_UNKNOWN', 'QUOTA_EXCEEDED'] as const),
      ...(['BUDGET_UNAVAILABLE', 'RUN_ID_REUSED', 'QUEUE_FULL', 'BACKLOG_FULL', 'ACCESS_REVOKED'] as const),
      ...(['NOT_FOUND', 'DATABASE_UNAVAILABLE'] as const),
    ],
  },
];
