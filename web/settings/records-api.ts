// API calls of the usage, audit and conversations pages; see api.ts.
import type { AuditEntry, AuditPage } from '../../worker/api/audit/audit-schema.ts';
import type { FeedbackList } from '../../worker/api/feedback/feedback-schema.ts';
import type { SessionRulesView } from '../../worker/api/settings/settings-schema.ts';
import type { UsageReport } from '../../worker/api/usage/usage-schema.ts';
import { call } from '../api.ts';
import { readProblem, unreachable } from '../problem.ts';
import { request } from '../request.ts';
import { fileNameOf } from '../save-file.ts';

export const SESSION_RULES_KEY = ['session-rules'] as const;

type UsageQuestion = { readonly from: string; readonly to: string; readonly by: string };

const queryOf = ({ from, to, by }: UsageQuestion): string => String(new URLSearchParams({ from, to, by }));

export const getUsage = (question: UsageQuestion): Promise<UsageReport> =>
  call('GET', `/api/v1/ai/usage?${queryOf(question)}`);
export const usageCsvAddress = (question: UsageQuestion): string => `/api/v1/ai/usage/export?${queryOf(question)}`;

export async function getUsageCsv(question: UsageQuestion): Promise<{ blob: Blob; name: string }> {
  const response = await request(usageCsvAddress(question)).catch(() => {
    throw unreachable();
  });
  if (!response.ok) throw await readProblem(response);
  return { blob: await response.blob(), name: fileNameOf(response, 'usage.csv') };
}

export function getFeedback(question: {
  readonly from: string;
  readonly to: string;
  /** An empty string means all. */
  readonly verdict: string;
  readonly cursor: string | null;
}): Promise<FeedbackList> {
  const { from, to, verdict, cursor } = question;
  const search = { from, to, limit: '20', ...(verdict !== '' && { verdict }), ...(cursor !== null && { cursor }) };
  return call('GET', `/api/v1/ai/feedback?${new URLSearchParams(search)}`);
}

export type AuditFilter = Readonly<Record<string, string>>;

export const getAudit = (filter: AuditFilter, cursor: string | null): Promise<AuditPage> =>
  call('GET', `/api/v1/audit?${new URLSearchParams({ ...filter, ...(cursor !== null && { cursor }) })}`);
export const getAuditEntry = (id: string): Promise<AuditEntry> =>
  call('GET', `/api/v1/audit/${encodeURIComponent(id)}`);
export const auditExportAddress = (filter: AuditFilter, format: 'ndjson' | 'csv'): string =>
  `/api/v1/audit/export?${new URLSearchParams({ ...filter, format })}`;
export const AUDIT_VERIFY = '/api/v1/audit/verify';

export const getSessionRules = (): Promise<SessionRulesView> => call('GET', '/api/v1/settings/sessions');
export const putSessionRules = (change: {
  keepNewest: number;
  retentionDays: number | null;
  version: number;
}): Promise<SessionRulesView> => call('PUT', '/api/v1/settings/sessions', change);
