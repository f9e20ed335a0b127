// The operations on tokens and their cost, as data for the OpenAPI document.
import { z } from 'zod';
import type { Operation } from './operation.ts';
import { Estimate, EstimateRequest, Quota, Usage, UsageQuery } from './usage-contract.ts';

export const USAGE_OPERATIONS: readonly Operation[] = [
  {
    method: 'post',
    path: '/estimate',
    group: 'assistant',
    needs: 'membership',
    summary: 'Estimate what a message would take',
    description: 'Tokens of the prompt and the range of its cost, before it is sent. Nothing is reserved or charged.',
    body: EstimateRequest,
    reply: { status: 200, description: 'The estimate.', schema: Estimate },
    errors: ['FEATURE_DISABLED', 'PROVIDER_UNCONFIGURED', 'MODEL_NOT_IN_PLAN', 'MODEL_UNKNOWN'],
  },
  {
    method: 'get',
    path: '/quota',
    group: 'assistant',
    needs: 'membership',
    summary: 'How the org’s token allowance stands',
    reply: { status: 200, description: 'What is used, held and left of the UTC month.', schema: Quota },
    errors: ['BUDGET_UNAVAILABLE'],
  },
  {
    method: 'get',
    path: '/usage',
    group: 'assistant',
    needs: ['usage:read', 'audit:read'],
    summary: 'What was used and what it cost',
    description: 'Derived from the audit log, in which answers stand some seconds after they end.',
    query: UsageQuery,
    reply: { status: 200, description: 'Totals and rows.', schema: Usage },
  },
  {
    method: 'get',
    path: '/usage/export',
    group: 'assistant',
    needs: ['usage:read', 'audit:read'],
    summary: 'Export what was used',
    description: 'The rows of `GET /usage` as CSV. Text that a spreadsheet would compute begins with an apostrophe.',
    query: UsageQuery,
    reply: { status: 200, description: 'A heading and a record for each row.', schema: z.string(), type: 'text/csv' },
  },
];
